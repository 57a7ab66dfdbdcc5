/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: what the module did, for perf and bpftrace. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ec2ctl

#if !defined(EC2_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define EC2_TRACE_H

#include <linux/tracepoint.h>

#include "compat.h"
#include "uapi/ec2ctl.h"

TRACE_EVENT(ec2_instance_state,
	TP_PROTO(const char *id, u32 from, u32 to),
	TP_ARGS(id, from, to),
	TP_STRUCT__entry(
		__string(id, id)
		__field(u32, from)
		__field(u32, to)
	),
	TP_fast_assign(
		ec2_assign_str(id, id);
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("%s %u -> %u", __get_str(id), __entry->from, __entry->to)
);

DECLARE_EVENT_CLASS(ec2_vm,
	TP_PROTO(const char *id, int pid),
	TP_ARGS(id, pid),
	TP_STRUCT__entry(
		__string(id, id)
		__field(int, pid)
	),
	TP_fast_assign(
		ec2_assign_str(id, id);
		__entry->pid = pid;
	),
	TP_printk("%s pid %d", __get_str(id), __entry->pid)
);

DEFINE_EVENT(ec2_vm, ec2_vm_create,
	TP_PROTO(const char *id, int pid),
	TP_ARGS(id, pid));
DEFINE_EVENT(ec2_vm, ec2_vm_close,
	TP_PROTO(const char *id, int pid),
	TP_ARGS(id, pid));

/* A doorbell exit that was served without going to user space. */
TRACE_EVENT(ec2_vcpu_doorbell,
	TP_PROTO(const char *id, u32 vcpu, u16 port, u16 value),
	TP_ARGS(id, vcpu, port, value),
	TP_STRUCT__entry(
		__string(id, id)
		__field(u32, vcpu)
		__field(u16, port)
		__field(u16, value)
	),
	TP_fast_assign(
		ec2_assign_str(id, id);
		__entry->vcpu = vcpu;
		__entry->port = port;
		__entry->value = value;
	),
	TP_printk("%s vcpu %u port 0x%x queue %u", __get_str(id), __entry->vcpu, __entry->port,
		  __entry->value)
);

/* type: VIRTIO_BLK_T_*; how: 0 inline, 1 lent thread, 2 slow thread */
TRACE_EVENT(ec2_disk_submit,
	TP_PROTO(const char *id, u32 slot, u32 queue, u32 desc, u32 type, u64 sector, u32 len,
		 u32 how),
	TP_ARGS(id, slot, queue, desc, type, sector, len, how),
	TP_STRUCT__entry(
		__string(id, id)
		__field(u32, slot)
		__field(u32, queue)
		__field(u32, desc)
		__field(u32, type)
		__field(u64, sector)
		__field(u32, len)
		__field(u32, how)
	),
	TP_fast_assign(
		ec2_assign_str(id, id);
		__entry->slot = slot;
		__entry->queue = queue;
		__entry->desc = desc;
		__entry->type = type;
		__entry->sector = sector;
		__entry->len = len;
		__entry->how = how;
	),
	TP_printk("%s slot %u queue %u desc %u type %u sector %llu len %u how %u", __get_str(id),
		  __entry->slot, __entry->queue, __entry->desc, __entry->type, __entry->sector,
		  __entry->len, __entry->how)
);

/* status: VIRTIO_BLK_S_* */
TRACE_EVENT(ec2_disk_complete,
	TP_PROTO(const char *id, u32 slot, u32 queue, u32 desc, u32 status, u32 written),
	TP_ARGS(id, slot, queue, desc, status, written),
	TP_STRUCT__entry(
		__string(id, id)
		__field(u32, slot)
		__field(u32, queue)
		__field(u32, desc)
		__field(u32, status)
		__field(u32, written)
	),
	TP_fast_assign(
		ec2_assign_str(id, id);
		__entry->slot = slot;
		__entry->queue = queue;
		__entry->desc = desc;
		__entry->status = status;
		__entry->written = written;
	),
	TP_printk("%s slot %u queue %u desc %u status %u written %u", __get_str(id),
		  __entry->slot, __entry->queue, __entry->desc, __entry->status,
		  __entry->written)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
