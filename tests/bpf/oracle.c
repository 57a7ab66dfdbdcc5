// SPDX-License-Identifier: LGPL-2.1-or-later
#include "oracle.h"

#include <stdlib.h>

enum {
	OUT,
	IN
};

struct view {
	uint32_t src, dst, local, remote;
	uint8_t proto;
	uint16_t id, sport, dport, lport, rport;
	const uint8_t *l4;
	size_t l4_len, offset;
	bool more;
};

static unsigned int be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

/* ---- rules ---- */
static uint32_t set_of(const struct oracle *o, uint32_t ip)
{
	for (int i = 0; i < N_NICS; i++)
		if (o->mapping[i].set && o->mapping[i].ip == ip)
			return o->mapping[i].set;
	return 0;
}

static bool in_group(const struct oracle *o, uint32_t ip, uint32_t group)
{
	uint32_t set = set_of(o, ip);

	for (size_t s = 0; s < o->n_sets; s++)
		for (size_t g = 0; o->sets[s].id == set && g < o->sets[s].n; g++)
			if (o->sets[s].group[g] == group)
				return true;
	return false;
}

static bool port_matches(const struct ec2_policy_rule *r, unsigned int port)
{
	return r->from_port == -1 || (port >= (unsigned int)r->from_port && port <= (unsigned int)r->to_port);
}

static bool far_end_matches(const struct oracle *o, const struct ec2_policy_rule *r, uint32_t remote)
{
	if (r->group)
		return in_group(o, remote, r->group);
	for (unsigned int bit = 0; bit < r->prefix_len; bit++)
		if ((remote ^ ntohl(r->prefix.s_addr)) >> (31 - bit) & 1)
			return false;
	return true;
}

static bool rule_matches(const struct oracle *o, const struct ec2_policy_rule *r, const struct view *v)
{
	if (r->protocol != -1 && r->protocol != v->proto)
		return false;
	if ((r->protocol == 6 || r->protocol == 17) && !port_matches(r, v->dport))
		return false;
	if (r->protocol == 1 && r->from_port != -1 &&
	    (r->from_port != v->l4[0] || (r->to_port != -1 && r->to_port != v->l4[1])))
		return false;
	return far_end_matches(o, r, v->remote);
}

static bool rules_allow(const struct oracle *o, int direction, const struct view *v)
{
	for (size_t i = 0; i < o->rules[direction]->n; i++)
		if (rule_matches(o, &o->rules[direction]->rule[i], v))
			return true;
	return false;
}

/* Whether all addresses may use that port. */
static bool open_at(const struct ec2_policy_rules *rules, int proto, unsigned int port)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct ec2_policy_rule *r = &rules->rule[i];

		if (!r->group && !r->prefix_len &&
		    (r->protocol == -1 || (r->protocol == proto && port_matches(r, port))))
			return true;
	}
	return false;
}

static bool open_everywhere(const struct ec2_policy_rules *rules, int proto)
{
	for (unsigned int port = 0; port < 65536; port++)
		if (!open_at(rules, proto, port))
			return false;
	return true;
}

static bool untracked(const struct oracle *o, int proto, unsigned int lport, unsigned int rport)
{
	if (proto != 6 && proto != 17)
		return false;
	if (open_at(o->rules[IN], proto, lport) && open_everywhere(o->rules[OUT], proto))
		return true;
	return open_at(o->rules[OUT], proto, rport) && open_everywhere(o->rules[IN], proto);
}

/* ---- flows ---- */
static struct oracle_flow *flow_find(struct oracle *o, int kind, int proto, uint32_t remote,
				     unsigned int lport, unsigned int rport)
{
	for (size_t i = 0; i < o->n_flows; i++) {
		struct oracle_flow *f = &o->flow[i];

		if (f->kind == kind && f->proto == proto && f->remote == remote && f->lport == lport &&
		    f->rport == rport)
			return f;
	}
	return NULL;
}

static struct oracle_flow *flow_add(struct oracle *o, int kind, const struct view *v, int direction)
{
	struct oracle_flow *f;

	must(o->n_flows < ORACLE_FLOWS);
	f = &o->flow[o->n_flows++];
	*f = (struct oracle_flow){.kind = kind, .proto = v->proto, .remote = v->remote,
				  .lport = v->lport, .rport = v->rport, .origin = direction};
	return f;
}

static bool is_query(int type)
{
	return type == 8 || type == 13;
}

static bool is_reply(int type)
{
	return type == 0 || type == 14;
}

static bool is_error(int type)
{
	return type == 3 || type == 11 || type == 12;
}

/* The flow that an ICMP error quotes, which went the other way. */
static bool related(struct oracle *o, int direction, const struct view *v)
{
	const uint8_t *q = v->l4 + 8, *t;
	uint32_t near, far;
	size_t header;
	int kind = 0;

	if (v->l4_len < 28 || q[0] >> 4 != 4 || (q[0] & 15) < 5 || (be16(q + 6) & 0x1fff))
		return false;
	header = (q[0] & 15) * 4;
	if (v->l4_len < 8 + header + 8)
		return false;
	near = be32(q + (direction == OUT ? 16 : 12));
	far = be32(q + (direction == OUT ? 12 : 16));
	if (near != (direction == OUT ? v->src : v->dst))
		return false;
	t = q + header;
	if (q[9] == 6 || q[9] == 17) {
		unsigned int lport = be16(t + (direction == OUT ? 2 : 0));
		unsigned int rport = be16(t + (direction == OUT ? 0 : 2));

		return flow_find(o, 0, q[9], far, lport, rport) || untracked(o, q[9], lport, rport);
	}
	if (q[9] != 1)
		return flow_find(o, 0, q[9], far, 0, 0);
	/* a query that came in is answered out, and so on */
	if (is_query(t[0]))
		kind = direction == IN ? 1 : 2;
	else if (is_reply(t[0]))
		kind = direction == IN ? 2 : 1;
	return kind && flow_find(o, kind, 1, far, be16(t + 4), be16(t + 4));
}

static void tcp_note(struct oracle_flow *f, int direction, int flags)
{
	if (flags & TCP_RST)
		f->rst = true;
	else if (!(flags & TCP_SYN) && (flags & TCP_FIN))
		f->fin[direction] = true;
}

static bool over(const struct oracle_flow *f)
{
	return f->rst || (f->fin[0] && f->fin[1]);
}

static bool track(struct oracle *o, int direction, const struct view *v)
{
	int flags = v->proto == 6 ? v->l4[13] : 0, type = v->proto == 1 ? v->l4[0] : -1, kind = 0;
	struct oracle_flow *f = NULL;

	if (is_query(type))
		kind = direction == OUT ? 1 : 2;
	else if (is_reply(type))
		kind = direction == OUT ? 2 : 1;
	if (type < 0 || kind)
		f = flow_find(o, kind, v->proto, v->remote, v->lport, v->rport);
	if (f && over(f) && (flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN) {
		*f = o->flow[--o->n_flows];
		f = NULL;
	}
	if (f) {
		tcp_note(f, direction, flags);
		return true;
	}
	if (untracked(o, v->proto, v->lport, v->rport))
		return true;
	if (type >= 0 && is_error(type) && related(o, direction, v))
		return true;
	if (!rules_allow(o, direction, v))
		return false;
	if ((flags & TCP_RST) || (type >= 0 && !is_query(type)))
		return true;
	tcp_note(flow_add(o, kind, v, direction), direction, flags);
	return true;
}

static bool judge_flow(struct oracle *o, int direction, struct view *v)
{
	struct view fragment = *v;
	int kind = direction == OUT ? 3 : 4;

	fragment.lport = v->id;
	fragment.rport = 0;
	if (v->offset)
		return flow_find(o, kind, v->proto, v->remote, v->id, 0);
	if (!track(o, direction, v))
		return false;
	if (v->more && !flow_find(o, kind, v->proto, v->remote, v->id, 0))
		flow_add(o, kind, &fragment, direction);
	return true;
}

/* ---- packets ---- */
static bool view_transport(struct view *v)
{
	size_t need = v->proto == 6 ? 20 : v->proto == 17 || v->proto == 1 ? 8 : 0;

	if (v->l4_len < need)
		return false;
	if (v->proto == 6 || v->proto == 17) {
		v->sport = be16(v->l4);
		v->dport = be16(v->l4 + 2);
	} else if (v->proto == 1 && (is_query(v->l4[0]) || is_reply(v->l4[0]))) {
		v->sport = v->dport = be16(v->l4 + 4);
	}
	if (v->proto == 6)
		return v->l4[12] >> 4 >= 5 && (v->more || (v->l4[12] >> 4) * 4u <= v->l4_len);
	return true;
}

static bool view_ip(struct view *v, int direction, const uint8_t *frame, size_t len)
{
	const uint8_t *ip = frame + 14;
	size_t header, total;

	memset(v, 0, sizeof(*v));
	if (len < 34)
		return false;
	header = (ip[0] & 15) * 4;
	total = be16(ip + 2);
	if (ip[0] >> 4 != 4 || header < 20 || total < header || total > len - 14)
		return false;
	v->src = be32(ip + 12);
	v->dst = be32(ip + 16);
	v->local = direction == OUT ? v->src : v->dst;
	v->remote = direction == OUT ? v->dst : v->src;
	v->proto = ip[9];
	v->id = be16(ip + 4);
	v->offset = (be16(ip + 6) & 0x1fff) * 8;
	v->more = be16(ip + 6) & 0x2000;
	v->l4 = ip + header;
	v->l4_len = total - header;
	if (v->offset)
		return !(v->proto == 6 && v->offset < 20) && v->offset + v->l4_len <= 65535;
	if (!view_transport(v))
		return false;
	v->lport = direction == OUT ? v->sport : v->dport;
	v->rport = direction == OUT ? v->dport : v->sport;
	return true;
}

static bool bad_source(uint32_t ip)
{
	return ip >> 24 == 0 || ip >> 24 == 127 || ip >> 24 >= 224;
}

static enum oracle_verdict judge_arp(const struct oracle *o, const uint8_t *f, size_t len)
{
	static const uint8_t head[] = {0, 1, 8, 0, 6, 4, 0, 1};
	const uint8_t *arp = f + 14;
	uint32_t target;

	if (len < 42 || memcmp(arp, head, sizeof(head)) || memcmp(arp + 8, o->mac, 6))
		return ORACLE_DROP;
	if (be32(arp + 14) && be32(arp + 14) != o->ip)
		return ORACLE_DROP;
	target = be32(arp + 24);
	if (target == o->ip || target >> 8 != o->ip >> 8)
		return ORACLE_DROP;
	return (target & 255) == 1 || set_of(o, target) ? ORACLE_ANSWER : ORACLE_DROP;
}

static enum oracle_verdict judge_out(struct oracle *o, const uint8_t *frame, size_t len)
{
	uint32_t router = (o->ip & ~255u) + 1;
	struct view v;

	if (len < 14 || memcmp(frame + 6, o->mac, 6))
		return ORACLE_DROP;
	if (be16(frame + 12) == 0x0806)
		return judge_arp(o, frame, len);
	if (be16(frame + 12) != 0x0800 || !view_ip(&v, OUT, frame, len))
		return ORACLE_DROP;
	if (v.proto == 17 && !v.offset && !v.more && v.sport == 68 && v.dport == 67 &&
	    (v.dst == 0xffffffff || v.dst == router))
		return v.src == 0 || v.src == o->ip ? ORACLE_MAY_ANSWER : ORACLE_DROP;
	if (v.src != o->ip || bad_source(v.src) || (frame[0] & 1) || v.dst >> 28 >= 14 || v.dst >> 16 == 0xa9fe)
		return ORACLE_DROP;
	return judge_flow(o, OUT, &v) ? ORACLE_PASS : ORACLE_DROP;
}

static enum oracle_verdict judge_in(struct oracle *o, const uint8_t *frame, size_t len)
{
	struct view v;

	if (len < 14 || be16(frame + 12) != 0x0800 || !view_ip(&v, IN, frame, len) || v.dst != o->ip)
		return ORACLE_DROP;
	return judge_flow(o, IN, &v) ? ORACLE_PASS : ORACLE_DROP;
}

enum oracle_verdict oracle_judge(struct oracle *o, int direction, const uint8_t *frame, size_t len)
{
	return direction == OUT ? judge_out(o, frame, len) : judge_in(o, frame, len);
}
