// SPDX-License-Identifier: LGPL-2.1-or-later
#include "links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/tc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "netns.h"

_Static_assert(EC2_LINK_NAME == IFNAMSIZ, "a link's name is the kernel's");

#define NAME_DIGITS 14

void ec2_link_name(const char *id, char name[EC2_LINK_NAME])
{
	size_t length = strlen(id);

	snprintf(name, EC2_LINK_NAME, "%c%s", id[0],
		 length > NAME_DIGITS ? id + length - NAME_DIGITS : id);
}

uint32_t ec2_link_queues(uint32_t vcpus)
{
	return vcpus < EC2_LINK_MAX_QUEUES ? vcpus : EC2_LINK_MAX_QUEUES;
}

/* ---- the funnel to rtnetlink: libnl's errors as the kernel's ---- */

static int error_of(int nl)
{
	static const struct {
		int nl, error;
	} table[] = {
		{NLE_NOMEM, -ENOMEM}, {NLE_EXIST, -EEXIST}, {NLE_OBJ_NOTFOUND, -ENOENT},
		{NLE_NODEV, -ENODEV}, {NLE_PERM, -EPERM},   {NLE_NOACCESS, -EACCES},
		{NLE_BUSY, -EBUSY},   {NLE_INVAL, -EINVAL}, {NLE_OPNOTSUPP, -EOPNOTSUPP},
		{NLE_RANGE, -ERANGE},
	};

	for (size_t i = 0; nl && i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].nl == abs(nl))
			return table[i].error;
	return nl ? -EIO : 0;
}

/* Of the namespace that the calling thread is in. */
static int open_route(struct nl_sock **sock)
{
	int ret;

	*sock = nl_socket_alloc();
	if (!*sock)
		return -ENOMEM;
	ret = error_of(nl_connect(*sock, NETLINK_ROUTE));
	if (ret)
		nl_socket_free(*sock);
	return ret;
}

/* ---- filters ---- */

static int add_clsact(struct nl_sock *sock, int ifindex)
{
	struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();
	int ret;

	if (!qdisc)
		return -ENOMEM;
	rtnl_tc_set_ifindex(TC_CAST(qdisc), ifindex);
	rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_CLSACT);
	rtnl_tc_set_handle(TC_CAST(qdisc), TC_H_MAKE(TC_H_CLSACT, 0));
	ret = rtnl_tc_set_kind(TC_CAST(qdisc), "clsact");
	if (!ret)
		ret = rtnl_qdisc_add(sock, qdisc, NLM_F_CREATE | NLM_F_EXCL);
	rtnl_qdisc_put(qdisc);
	return error_of(ret);
}

/* The one instruction of a filter that drops. */
static int put_drop(struct nl_msg *message)
{
	const struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, TC_ACT_SHOT);
	struct nlattr *options = nla_nest_start(message, TCA_OPTIONS);

	if (!options)
		return -NLE_NOMEM;
	if (nla_put_u16(message, TCA_BPF_OPS_LEN, 1) ||
	    nla_put(message, TCA_BPF_OPS, sizeof(drop), &drop) ||
	    nla_put_u32(message, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT))
		return -NLE_NOMEM;
	return nla_nest_end(message, options);
}

/*
 * A filter of classic BPF, which libnl has no words for: unlike matchall with an action it needs no
 * module of the kernel beside cls_bpf, which the programs before it need as well.
 */
static int add_drop(struct nl_sock *sock, int ifindex, uint32_t hook)
{
	const struct tcmsg head = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, hook),
		.tcm_handle = 1,
		.tcm_info = TC_H_MAKE(EC2_LINK_DROP_PRIORITY << 16, htons(ETH_P_ALL)),
	};
	struct nl_msg *message = nlmsg_alloc_simple(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL);
	int ret;

	if (!message)
		return -ENOMEM;
	ret = nlmsg_append(message, (void *)&head, sizeof(head), NLMSG_ALIGNTO);
	if (!ret)
		ret = nla_put_string(message, TCA_KIND, "bpf");
	if (!ret)
		ret = put_drop(message);
	if (ret)
		nlmsg_free(message);
	else
		ret = nl_send_sync(sock, message); /* frees it */
	return error_of(ret);
}

static int close_doors(struct nl_sock *sock, int ifindex)
{
	int ret = add_clsact(sock, ifindex);

	if (!ret)
		ret = add_drop(sock, ifindex, TC_H_MIN_INGRESS);
	if (!ret)
		ret = add_drop(sock, ifindex, TC_H_MIN_EGRESS);
	return ret;
}

/* ---- links: what follows is called in the namespace, but for the public functions ---- */

static int change(struct nl_sock *sock, const char *name, struct rtnl_link *changes)
{
	struct rtnl_link *old = rtnl_link_alloc();
	int ret, ifindex = (int)if_nametoindex(name);

	if (!old)
		return -ENOMEM;
	rtnl_link_set_ifindex(old, ifindex);
	ret = ifindex ? error_of(rtnl_link_change(sock, old, changes, 0)) : -ENODEV;
	rtnl_link_put(old);
	return ret;
}

static int set_up_link(struct nl_sock *sock, const struct ec2_link *link)
{
	struct rtnl_link *changes = rtnl_link_alloc();
	int ret;

	if (!changes)
		return -ENOMEM;
	rtnl_link_set_flags(changes, IFF_NOARP);
	rtnl_link_set_mtu(changes, link->mtu);
	rtnl_link_set_ifalias(changes, link->owner);
	ret = change(sock, link->name, changes);
	rtnl_link_put(changes);
	return ret;
}

/* The alias of a link, "" where it has none. */
static int owner_of(struct nl_sock *sock, const char *name, char owner[EC2_LINK_OWNER])
{
	struct rtnl_link *link;
	const char *alias;
	int ret = error_of(rtnl_link_get_kernel(sock, 0, name, &link));

	if (ret)
		return ret;
	alias = rtnl_link_get_ifalias(link);
	snprintf(owner, EC2_LINK_OWNER, "%s", alias ? alias : "");
	rtnl_link_put(link);
	return 0;
}

static int delete_named(struct nl_sock *sock, const char *name)
{
	struct rtnl_link *link;
	int ret;

	if (!if_nametoindex(name))
		return 0;
	link = rtnl_link_alloc();
	if (!link)
		return -ENOMEM;
	rtnl_link_set_name(link, name);
	ret = error_of(rtnl_link_delete(sock, link));
	rtnl_link_put(link);
	/* its last descriptor was closed meanwhile */
	return ret == -ENODEV || ret == -ENOENT ? 0 : ret;
}

/* One queue pair; the first makes the link, and must not join one that is there. */
static int open_queue(const struct ec2_link *link, bool first)
{
	struct ifreq request = {0};
	int header = sizeof(struct virtio_net_hdr_mrg_rxbuf);
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	int ret;

	if (fd < 0)
		return -errno;
	memcpy(request.ifr_name, link->name, sizeof(request.ifr_name));
	request.ifr_flags =
		(short)(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR |
			(link->queues > 1 ? IFF_MULTI_QUEUE : 0) | (first ? IFF_TUN_EXCL : 0));
	if (ioctl(fd, TUNSETIFF, &request) == 0 && ioctl(fd, TUNSETVNETHDRSZ, &header) == 0 &&
	    ioctl(fd, TUNSETOFFLOAD, 0) == 0)
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

static void close_queues(int *fds, uint32_t n)
{
	while (n--) {
		close(fds[n]);
		fds[n] = -1;
	}
}

static int open_queues(const struct ec2_link *link, int *fds)
{
	for (uint32_t i = 0; i < link->queues; i++) {
		fds[i] = open_queue(link, i == 0);
		if (fds[i] < 0) {
			int ret = fds[i];

			close_queues(fds, i);
			return ret;
		}
	}
	return 0;
}

/* -EBUSY: the name is taken. By a former run of the same owner, that is repaired. */
static int open_anew(struct nl_sock *sock, const struct ec2_link *link, int *fds)
{
	char owner[EC2_LINK_OWNER] = "";
	int ret = open_queues(link, fds);

	if (ret != -EBUSY)
		return ret;
	ret = owner_of(sock, link->name, owner);
	if (ret && ret != -ENODEV)
		return ret;
	if (!ret && strcmp(owner, link->owner) != 0)
		return -EEXIST;
	ret = delete_named(sock, link->name);
	return ret ? ret : open_queues(link, fds);
}

struct creation {
	const struct ec2_link *link;
	unsigned int flags;
	int *fds;
};

static int create(void *arg)
{
	const struct creation *creation = arg;
	const struct ec2_link *link = creation->link;
	struct nl_sock *sock;
	int ret = open_route(&sock);

	if (ret)
		return ret;
	ret = open_anew(sock, link, creation->fds);
	if (ret)
		goto free_socket;
	ret = set_up_link(sock, link);
	if (!ret && !(creation->flags & EC2_LINK_UNFILTERED))
		ret = close_doors(sock, (int)if_nametoindex(link->name));
	if (ret)
		close_queues(creation->fds, link->queues);
free_socket:
	nl_socket_free(sock);
	return ret;
}

int ec2_link_create(const struct ec2_link *link, unsigned int flags, int *fds)
{
	struct creation creation = {link, flags, fds};
	int ret;

	if (!link->queues || link->queues > EC2_LINK_MAX_QUEUES || !link->name[0] ||
	    strnlen(link->name, EC2_LINK_NAME) == EC2_LINK_NAME || flags & ~EC2_LINK_UNFILTERED)
		return -EINVAL;
	ret = ec2_netns_make();
	return ret ? ret : ec2_netns_run(create, &creation);
}

static int up(void *arg)
{
	struct rtnl_link *changes;
	struct nl_sock *sock;
	int ret = open_route(&sock);

	if (ret)
		return ret;
	changes = rtnl_link_alloc();
	if (changes) {
		rtnl_link_set_flags(changes, IFF_UP);
		ret = change(sock, arg, changes);
		rtnl_link_put(changes);
	} else {
		ret = -ENOMEM;
	}
	nl_socket_free(sock);
	return ret;
}

int ec2_link_up(const char *name)
{
	int ret = ec2_netns_run(up, (void *)name);

	return ret == -ENOENT ? -ENODEV : ret;
}

static int delete_link(void *arg)
{
	struct nl_sock *sock;
	int ret = open_route(&sock);

	if (ret)
		return ret;
	ret = delete_named(sock, arg);
	nl_socket_free(sock);
	return ret;
}

int ec2_link_delete(const char *name)
{
	int ret = ec2_netns_run(delete_link, (void *)name);

	return ret == -ENOENT ? 0 : ret;
}

static bool is_tap(struct rtnl_link *link)
{
	const char *type = rtnl_link_get_type(link);

	return type && strcmp(type, "tun") == 0;
}

static void describe(struct rtnl_link *from, struct ec2_link *link)
{
	const char *alias = rtnl_link_get_ifalias(from);

	snprintf(link->name, sizeof(link->name), "%s", rtnl_link_get_name(from));
	snprintf(link->owner, sizeof(link->owner), "%s", alias ? alias : "");
	link->mtu = rtnl_link_get_mtu(from);
	link->ifindex = (uint32_t)rtnl_link_get_ifindex(from);
}

static int list(void *arg)
{
	struct ec2_link **links = arg;
	struct nl_cache *cache = NULL;
	struct nl_object *object;
	struct nl_sock *sock;
	int n = 0, ret = open_route(&sock);

	if (ret)
		return ret;
	ret = error_of(rtnl_link_alloc_cache(sock, AF_UNSPEC, &cache));
	if (ret)
		goto free_socket;
	*links = calloc((size_t)nl_cache_nitems(cache) + 1, sizeof(**links));
	ret = *links ? 0 : -ENOMEM;
	for (object = nl_cache_get_first(cache); !ret && object; object = nl_cache_get_next(object))
		if (is_tap((struct rtnl_link *)object))
			describe((struct rtnl_link *)object, &(*links)[n++]);
	nl_cache_free(cache);
free_socket:
	nl_socket_free(sock);
	return ret ? ret : n;
}

int ec2_links_list(struct ec2_link **links)
{
	int ret;

	*links = NULL;
	ret = ec2_netns_run(list, links);
	return ret == -ENOENT ? 0 : ret;
}
