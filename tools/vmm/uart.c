// SPDX-License-Identifier: LGPL-2.1-or-later
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "bus.h"
#include "console.h"
#include "events.h"
#include "irq.h"
#include "layout.h"
#include "uart.h"

enum { REG_DATA, REG_IER, REG_IIR, REG_LCR, REG_MCR, REG_LSR, REG_MSR, REG_SCRATCH };

#define IER_RECEIVED 0x01
#define IER_TRANSMITTER 0x02
#define IIR_NONE 0x01
#define IIR_TRANSMITTER 0x02
#define IIR_RECEIVED 0x04
#define IIR_FIFO 0xc0
#define FCR_ENABLE 0x01
#define FCR_CLEAR_RECEIVER 0x02
#define LCR_DIVISOR 0x80
#define LSR_DATA 0x01
#define LSR_TRANSMITTER 0x60
#define MCR_LOOP 0x10
#define MSR_READY 0xb0 /* carrier, data set ready, clear to send */
#define INPUT_SIZE 64

/* All under lock: vCPU threads and the device thread come here. */
static struct {
	pthread_mutex_t lock;
	uint8_t ier, lcr, mcr, fcr, scratch, divisor[2];
	uint8_t input[INPUT_SIZE];
	unsigned int input_head, input_length;
	bool sent; /* "transmitter empty" is to be told */
	bool blocked; /* output is full: tell it when there is room again */
	bool starving; /* the device thread has stopped reading, the input being full */
	bool raised; /* the interrupt line, which KVM sees as edges */
	int irq;
} uart = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint8_t pending(void)
{
	if (uart.ier & IER_RECEIVED && uart.input_length)
		return IIR_RECEIVED;
	if (uart.ier & IER_TRANSMITTER && uart.sent)
		return IIR_TRANSMITTER;
	return IIR_NONE;
}

static void update_irq(void)
{
	bool now = pending() != IIR_NONE;

	if (now && !uart.raised)
		irq_raise(uart.irq);
	uart.raised = now;
}

static void put_input(uint8_t byte)
{
	if (uart.input_length == INPUT_SIZE)
		return;
	uart.input[(uart.input_head + uart.input_length++) % INPUT_SIZE] = byte;
}

static uint8_t get_input(void)
{
	uint8_t byte = 0;

	if (uart.input_length) {
		byte = uart.input[uart.input_head];
		uart.input_head = (uart.input_head + 1) % INPUT_SIZE;
		uart.input_length--;
	}
	if (!uart.input_length && uart.starving) {
		uart.starving = false;
		events_wake();
	}
	return byte;
}

static void transmit(uint8_t byte)
{
	if (uart.mcr & MCR_LOOP) {
		put_input(byte);
	} else {
		console_put(byte);
		uart.blocked = console_full();
	}
	uart.sent = !uart.blocked;
	/* the byte is gone at once, which is a new edge for who waits for each */
	uart.raised = false;
}

/* With the loop closed the modem's answers are our own lines: RTS, DTR, OUT1, OUT2. */
static uint8_t modem_status(void)
{
	if (!(uart.mcr & MCR_LOOP))
		return MSR_READY;
	return (uint8_t)((uart.mcr & 2) << 3 | (uart.mcr & 1) << 5 | (uart.mcr & 0xc) << 4);
}

static uint8_t read_iir(void)
{
	uint8_t cause = pending();

	if (cause == IIR_TRANSMITTER)
		uart.sent = false;
	return cause | (uart.fcr & FCR_ENABLE ? IIR_FIFO : 0);
}

static uint8_t read_register(uint64_t offset)
{
	switch (offset) {
	case REG_DATA:
		return uart.lcr & LCR_DIVISOR ? uart.divisor[0] : get_input();
	case REG_IER:
		return uart.lcr & LCR_DIVISOR ? uart.divisor[1] : uart.ier;
	case REG_IIR:
		return read_iir();
	case REG_LCR:
		return uart.lcr;
	case REG_MCR:
		return uart.mcr;
	case REG_LSR:
		return (uart.blocked ? 0 : LSR_TRANSMITTER) | (uart.input_length ? LSR_DATA : 0);
	case REG_MSR:
		return modem_status();
	default:
		return uart.scratch;
	}
}

static void write_register(uint64_t offset, uint8_t value)
{
	switch (offset) {
	case REG_DATA:
		if (uart.lcr & LCR_DIVISOR)
			uart.divisor[0] = value;
		else
			transmit(value);
		break;
	case REG_IER:
		if (uart.lcr & LCR_DIVISOR) {
			uart.divisor[1] = value;
			break;
		}
		/* enabling it while the transmitter is empty tells so at once */
		if (value & ~uart.ier & IER_TRANSMITTER)
			uart.sent = !uart.blocked;
		uart.ier = value & 0x0f;
		break;
	case REG_IIR:
		uart.fcr = value;
		if (value & FCR_CLEAR_RECEIVER)
			uart.input_length = 0;
		break;
	case REG_LCR:
		uart.lcr = value;
		break;
	case REG_MCR:
		uart.mcr = value & 0x1f;
		break;
	case REG_SCRATCH:
		uart.scratch = value;
		break;
	}
}

static void access_uart(struct bus_access *access)
{
	pthread_mutex_lock(&uart.lock);
	if (access->write)
		write_register(access->offset, (uint8_t)access->value);
	else
		access->value = ~0xffULL | read_register(access->offset);
	update_irq();
	pthread_mutex_unlock(&uart.lock);
}

void uart_create(int console)
{
	console_create(console);
	uart.irq = irq_pin(GSI_COM1);
	bus_add(BUS_PORTS, PORT_COM1, 8, access_uart);
}

void uart_poll_prepare(struct pollfd *polls)
{
	pthread_mutex_lock(&uart.lock);
	uart.starving = uart.input_length == INPUT_SIZE;
	polls[0] = (struct pollfd){.fd = console_fd(), .events = console_wants(!uart.starving)};
	polls[1] = (struct pollfd){.fd = console_timer(), .events = POLLIN};
	pthread_mutex_unlock(&uart.lock);
}

static void take_input(void)
{
	uint8_t bytes[INPUT_SIZE];
	size_t i, n = console_get(bytes, INPUT_SIZE - uart.input_length);

	for (i = 0; i < n; i++)
		put_input(bytes[i]);
}

void uart_poll_done(const struct pollfd *polls)
{
	uint64_t ticks;

	pthread_mutex_lock(&uart.lock);
	if (polls[0].revents & POLLIN && uart.input_length < INPUT_SIZE)
		take_input();
	if (polls[1].revents && read(console_timer(), &ticks, sizeof(ticks)) < 0)
		ticks = 0;
	if (polls[0].revents & (POLLOUT | POLLERR) || polls[1].revents)
		console_send();
	if (uart.blocked && !console_full()) {
		uart.blocked = false;
		uart.sent = true;
	}
	update_irq();
	pthread_mutex_unlock(&uart.lock);
}

void uart_flush(void)
{
	pthread_mutex_lock(&uart.lock);
	console_send();
	pthread_mutex_unlock(&uart.lock);
}
