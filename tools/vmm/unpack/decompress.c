// SPDX-License-Identifier: LGPL-2.1-or-later
/* The formats that kernels are compressed with. What follows a stream's end is not looked at. */
#include <lz4.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "unpack.h"

#define CHUNK (1UL << 20)
/* lz4's legacy frames: blocks of this size, uncompressed */
#define LZ4_BLOCK (8UL << 20)
#define LZMA_MEMORY (160UL << 20)

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		fail("no memory");
	return memory;
}

static void broken(const char *format, const char *why)
{
	fail("the %s data of the kernel are damaged or cut off (%s)", format, why);
}

static void from_gzip(const uint8_t *input, size_t length)
{
	z_stream stream = {.next_in = (uint8_t *)(uintptr_t)input, .avail_in = (uInt)length};
	uint8_t *chunk = allocate(CHUNK);
	int result;

	if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
		fail("no memory");
	do {
		stream.next_out = chunk;
		stream.avail_out = CHUNK;
		result = inflate(&stream, Z_NO_FLUSH);
		if (result != Z_OK && result != Z_STREAM_END)
			broken("gzip", stream.msg ? stream.msg : "it ends too early");
		output_add(chunk, CHUNK - stream.avail_out);
	} while (result != Z_STREAM_END);
	inflateEnd(&stream);
	free(chunk);
}

static void run_lzma(lzma_stream *stream, const char *format)
{
	uint8_t *chunk = allocate(CHUNK);
	lzma_ret result;

	do {
		stream->next_out = chunk;
		stream->avail_out = CHUNK;
		result = lzma_code(stream, LZMA_FINISH);
		if (result == LZMA_MEMLIMIT_ERROR)
			fail("the kernel wants too much memory to be decompressed");
		if (result != LZMA_OK && result != LZMA_STREAM_END)
			broken(format, result == LZMA_BUF_ERROR ? "it ends too early" : "bad data");
		output_add(chunk, CHUNK - stream->avail_out);
	} while (result != LZMA_STREAM_END);
	lzma_end(stream);
	free(chunk);
}

static void from_xz(const uint8_t *input, size_t length)
{
	lzma_stream stream = LZMA_STREAM_INIT;

	if (lzma_stream_decoder(&stream, LZMA_MEMORY, 0) != LZMA_OK)
		fail("no memory");
	stream.next_in = input;
	stream.avail_in = length;
	run_lzma(&stream, "xz");
}

static void from_lzma(const uint8_t *input, size_t length)
{
	lzma_stream stream = LZMA_STREAM_INIT;

	if (lzma_alone_decoder(&stream, LZMA_MEMORY) != LZMA_OK)
		fail("no memory");
	stream.next_in = input;
	stream.avail_in = length;
	run_lzma(&stream, "lzma");
}

static void from_zstd(const uint8_t *input, size_t length)
{
	ZSTD_inBuffer in = {.src = input, .size = length};
	uint8_t *chunk = allocate(CHUNK);
	ZSTD_DStream *stream = ZSTD_createDStream();
	size_t left;

	/* Debian and others use windows of up to 128 MiB */
	if (!stream || ZSTD_isError(ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 27)))
		fail("no memory");
	do {
		ZSTD_outBuffer out = {.dst = chunk, .size = CHUNK};

		left = ZSTD_decompressStream(stream, &out, &in);
		if (ZSTD_isError(left))
			broken("zstd", ZSTD_getErrorName(left));
		if (left && in.pos == in.size && !out.pos)
			broken("zstd", "it ends too early");
		output_add(chunk, out.pos);
	} while (left);
	ZSTD_freeDStream(stream);
	free(chunk);
}

/* The legacy frame: a magic, then blocks behind their lengths; the kernel appends its own length. */
static void from_lz4(const uint8_t *input, size_t length)
{
	uint8_t *block = allocate(LZ4_BLOCK);
	size_t at = 4;

	while (length - at > 4) {
		uint32_t size = (uint32_t)input[at] | (uint32_t)input[at + 1] << 8 |
				(uint32_t)input[at + 2] << 16 | (uint32_t)input[at + 3] << 24;
		int got;

		at += 4;
		if (size > length - at || size > LZ4_COMPRESSBOUND(LZ4_BLOCK))
			broken("lz4", "it ends too early");
		got = LZ4_decompress_safe((const char *)input + at, (char *)block, (int)size,
					  (int)LZ4_BLOCK);
		if (got < 0)
			broken("lz4", "bad block");
		output_add(block, (size_t)got);
		at += size;
	}
	free(block);
}

/* CONFIG_KERNEL_UNCOMPRESSED */
static void from_plain(const uint8_t *input, size_t length)
{
	output_add(input, length);
}

static void from_unknown(const uint8_t *input, size_t length)
{
	(void)input;
	(void)length;
	fail("the kernel is compressed by bzip2 or lzo, which is not read here; rebuild it with "
	     "gzip, xz, lzma, lz4 or zstd");
}

static const struct {
	const char *magic;
	size_t length;
	void (*run)(const uint8_t *input, size_t length);
} formats[] = {
	{"\x1f\x8b", 2, from_gzip},
	{"\xfd\x37\x7a\x58\x5a\x00", 6, from_xz},
	{"\x5d\x00\x00", 3, from_lzma},
	{"\x02\x21\x4c\x18", 4, from_lz4},
	{"\x28\xb5\x2f\xfd", 4, from_zstd},
	{"BZh", 3, from_unknown},
	{"\x89LZO", 4, from_unknown},
	{"\x7f"
	 "ELF",
	 4, from_plain},
};

void decompress(const uint8_t *input, size_t length)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (length > 8 && !memcmp(input, formats[i].magic, formats[i].length)) {
			formats[i].run(input, length);
			return;
		}
	fail("the kernel is compressed in an unknown way");
}
