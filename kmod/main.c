// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

#include "chardev.h"
#include "instance.h"
#include "netlink.h"
#include "object.h"

static int __init ec2_init(void)
{
	int ret;

	ec2_instance_module_init();
	ret = ec2_object_module_init();
	if (ret)
		return ret;
	ret = ec2_netlink_init();
	if (ret)
		goto exit_objects;
	ret = ec2_chardev_init();
	if (ret)
		goto exit_netlink;
	return 0;

exit_netlink:
	ec2_netlink_exit();
exit_objects:
	ec2_object_module_exit();
	return ret;
}

static void __exit ec2_exit(void)
{
	ec2_chardev_exit();
	ec2_netlink_exit();
	ec2_object_module_exit();
}

module_init(ec2_init);
module_exit(ec2_exit);

MODULE_DESCRIPTION("EC2 instances on one host");
MODULE_LICENSE("GPL");
