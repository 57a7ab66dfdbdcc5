// SPDX-License-Identifier: LGPL-2.1-or-later
/* Every EC2 action: the row that makes a library call a command. */
#include <string.h>

#include "model/shapes.h"

/* The typed functions behind one signature. */
#define CALL2(noun)                                                                  \
	static int call_##noun(struct ec2 *ec2, const void *request, void *response) \
	{                                                                            \
		return ec2_##noun(ec2, request, response);                           \
	}
/* Actions whose answer is empty: the row's response is NULL. */
#define CALL1(noun)                                                                  \
	static int call_##noun(struct ec2 *ec2, const void *request, void *response) \
	{                                                                            \
		(void)response;                                                      \
		return ec2_##noun(ec2, request);                                     \
	}

CALL2(run_instances)
CALL2(describe_instances)
CALL2(describe_instance_status)
CALL2(start_instances)
CALL2(stop_instances)
CALL1(reboot_instances)
CALL2(terminate_instances)
CALL1(modify_instance_attribute)
CALL2(describe_instance_attribute)
CALL2(get_console_output)
CALL2(register_image)
CALL1(deregister_image)
CALL2(describe_images)
CALL2(describe_instance_types)
CALL2(describe_regions)
CALL2(describe_availability_zones)
CALL1(create_tags)
CALL1(delete_tags)
CALL2(describe_tags)
CALL2(create_vpc)
CALL2(create_default_vpc)
CALL1(delete_vpc)
CALL2(describe_vpcs)
CALL1(modify_vpc_attribute)
CALL2(describe_vpc_attribute)
CALL2(create_subnet)
CALL2(create_default_subnet)
CALL1(delete_subnet)
CALL2(describe_subnets)
CALL1(modify_subnet_attribute)
CALL2(create_security_group)
CALL1(delete_security_group)
CALL2(describe_security_groups)
CALL2(authorize_security_group_ingress)
CALL2(authorize_security_group_egress)
CALL2(revoke_security_group_ingress)
CALL2(revoke_security_group_egress)
CALL2(describe_security_group_rules)
CALL2(modify_security_group_rules)
CALL2(update_security_group_rule_descriptions_ingress)
CALL2(update_security_group_rule_descriptions_egress)
CALL2(create_internet_gateway)
CALL1(attach_internet_gateway)
CALL1(detach_internet_gateway)
CALL1(delete_internet_gateway)
CALL2(describe_internet_gateways)
CALL2(create_route_table)
CALL1(delete_route_table)
CALL2(describe_route_tables)
CALL2(associate_route_table)
CALL1(disassociate_route_table)
CALL2(replace_route_table_association)
CALL2(create_route)
CALL1(replace_route)
CALL1(delete_route)
CALL2(create_network_interface)
CALL1(delete_network_interface)
CALL2(describe_network_interfaces)
CALL1(modify_network_interface_attribute)
CALL2(describe_network_interface_attribute)
CALL2(create_network_acl)
CALL1(delete_network_acl)
CALL2(describe_network_acls)
CALL1(create_network_acl_entry)
CALL1(replace_network_acl_entry)
CALL1(delete_network_acl_entry)
CALL2(replace_network_acl_association)
CALL2(create_managed_prefix_list)
CALL2(delete_managed_prefix_list)
CALL2(describe_managed_prefix_lists)
CALL2(get_managed_prefix_list_entries)
CALL2(modify_managed_prefix_list)
CALL2(assign_private_ip_addresses)
CALL1(unassign_private_ip_addresses)

#define ROW(action, cmd, noun, resp, list, text, shown)                                        \
	{                                                                                      \
		.name = action, .command = cmd, .summary = text,                               \
		.request = &ec2_shape_##noun##_request, .response = resp, .call = call_##noun, \
		.example = shown, .table = list                                                \
	}
#define ANSWER(noun) (&ec2_shape_##noun##_response)

const struct ec2_action ec2_actions[] = {
	ROW("RunInstances", "run-instances", run_instances, ANSWER(run_instances), "Instances",
	    "launch instances from an image",
	    "ec2ctl run-instances --image-id ami-0123456789abcdef0 --instance-type t3.nano"),
	ROW("DescribeInstances", "describe-instances", describe_instances,
	    ANSWER(describe_instances), "Reservations.Instances", "list instances",
	    "ec2ctl describe-instances --filters Name=instance-state-name,Values=running"),
	ROW("DescribeInstanceStatus", "describe-instance-status", describe_instance_status,
	    ANSWER(describe_instance_status), "InstanceStatuses", "show the health of instances",
	    "ec2ctl describe-instance-status --include-all-instances"),
	ROW("StartInstances", "start-instances", start_instances, ANSWER(start_instances),
	    "StartingInstances", "start stopped instances",
	    "ec2ctl start-instances --instance-ids i-0123456789abcdef0"),
	ROW("StopInstances", "stop-instances", stop_instances, ANSWER(stop_instances),
	    "StoppingInstances", "shut instances down",
	    "ec2ctl stop-instances --instance-ids i-0123456789abcdef0"),
	ROW("RebootInstances", "reboot-instances", reboot_instances, NULL, NULL, "reboot instances",
	    "ec2ctl reboot-instances --instance-ids i-0123456789abcdef0"),
	ROW("TerminateInstances", "terminate-instances", terminate_instances,
	    ANSWER(terminate_instances), "TerminatingInstances", "end instances for good",
	    "ec2ctl terminate-instances --instance-ids i-0123456789abcdef0"),
	ROW("ModifyInstanceAttribute", "modify-instance-attribute", modify_instance_attribute, NULL,
	    NULL, "change an attribute of an instance",
	    "ec2ctl modify-instance-attribute --instance-id i-0123456789abcdef0 "
	    "--instance-type t3.small"),
	ROW("DescribeInstanceAttribute", "describe-instance-attribute", describe_instance_attribute,
	    ANSWER(describe_instance_attribute), NULL, "show an attribute of an instance",
	    "ec2ctl describe-instance-attribute --instance-id i-0123456789abcdef0 "
	    "--attribute instanceType"),
	ROW("GetConsoleOutput", "get-console-output", get_console_output,
	    ANSWER(get_console_output), NULL, "show what an instance wrote on its console",
	    "ec2ctl get-console-output --instance-id i-0123456789abcdef0 --output text"),
	ROW("RegisterImage", "register-image", register_image, ANSWER(register_image), NULL,
	    "make an image from a raw file",
	    "ec2ctl register-image --name debian-12 --image-location /srv/debian-12.raw"),
	ROW("DeregisterImage", "deregister-image", deregister_image, NULL, NULL, "remove an image",
	    "ec2ctl deregister-image --image-id ami-0123456789abcdef0"),
	ROW("DescribeImages", "describe-images", describe_images, ANSWER(describe_images), "Images",
	    "list images", "ec2ctl describe-images --filters 'Name=name,Values=debian-*'"),
	ROW("DescribeInstanceTypes", "describe-instance-types", describe_instance_types,
	    ANSWER(describe_instance_types), "InstanceTypes", "list instance types",
	    "ec2ctl describe-instance-types --instance-types t3.nano t3.micro"),
	ROW("DescribeRegions", "describe-regions", describe_regions, ANSWER(describe_regions),
	    "Regions", "show the region that this host is", "ec2ctl describe-regions"),
	ROW("DescribeAvailabilityZones", "describe-availability-zones", describe_availability_zones,
	    ANSWER(describe_availability_zones), "AvailabilityZones",
	    "show the region's availability zones", "ec2ctl describe-availability-zones"),
	ROW("CreateTags", "create-tags", create_tags, NULL, NULL, "tag resources",
	    "ec2ctl create-tags --resources i-0123456789abcdef0 --tags Key=Name,Value=web"),
	ROW("DeleteTags", "delete-tags", delete_tags, NULL, NULL, "remove tags from resources",
	    "ec2ctl delete-tags --resources i-0123456789abcdef0 --tags Key=Name"),
	ROW("DescribeTags", "describe-tags", describe_tags, ANSWER(describe_tags), "Tags",
	    "list tags", "ec2ctl describe-tags --filters Name=resource-type,Values=instance"),
	ROW("CreateVpc", "create-vpc", create_vpc, ANSWER(create_vpc), NULL, "make a VPC",
	    "ec2ctl create-vpc --cidr-block 10.0.0.0/16"),
	ROW("CreateDefaultVpc", "create-default-vpc", create_default_vpc,
	    ANSWER(create_default_vpc), NULL, "make the default VPC anew",
	    "ec2ctl create-default-vpc"),
	ROW("DeleteVpc", "delete-vpc", delete_vpc, NULL, NULL, "remove an empty VPC",
	    "ec2ctl delete-vpc --vpc-id vpc-0123456789abcdef0"),
	ROW("DescribeVpcs", "describe-vpcs", describe_vpcs, ANSWER(describe_vpcs), "Vpcs",
	    "list VPCs", "ec2ctl describe-vpcs --filters Name=is-default,Values=true"),
	ROW("ModifyVpcAttribute", "modify-vpc-attribute", modify_vpc_attribute, NULL, NULL,
	    "change an attribute of a VPC",
	    "ec2ctl modify-vpc-attribute --vpc-id vpc-0123456789abcdef0 --enable-dns-hostnames"),
	ROW("DescribeVpcAttribute", "describe-vpc-attribute", describe_vpc_attribute,
	    ANSWER(describe_vpc_attribute), NULL, "show an attribute of a VPC",
	    "ec2ctl describe-vpc-attribute --vpc-id vpc-0123456789abcdef0 "
	    "--attribute enableDnsSupport"),
	ROW("CreateSubnet", "create-subnet", create_subnet, ANSWER(create_subnet), NULL,
	    "make a subnet of a VPC",
	    "ec2ctl create-subnet --vpc-id vpc-0123456789abcdef0 --cidr-block 10.0.1.0/24"),
	ROW("CreateDefaultSubnet", "create-default-subnet", create_default_subnet,
	    ANSWER(create_default_subnet), NULL, "make the default VPC's default subnet anew",
	    "ec2ctl create-default-subnet --availability-zone us-east-1a"),
	ROW("DeleteSubnet", "delete-subnet", delete_subnet, NULL, NULL, "remove an empty subnet",
	    "ec2ctl delete-subnet --subnet-id subnet-0123456789abcdef0"),
	ROW("DescribeSubnets", "describe-subnets", describe_subnets, ANSWER(describe_subnets),
	    "Subnets", "list subnets",
	    "ec2ctl describe-subnets --filters Name=vpc-id,Values=vpc-0123456789abcdef0"),
	ROW("ModifySubnetAttribute", "modify-subnet-attribute", modify_subnet_attribute, NULL, NULL,
	    "change an attribute of a subnet",
	    "ec2ctl modify-subnet-attribute --subnet-id subnet-0123456789abcdef0 "
	    "--map-public-ip-on-launch"),
	ROW("CreateSecurityGroup", "create-security-group", create_security_group,
	    ANSWER(create_security_group), NULL, "make a security group",
	    "ec2ctl create-security-group "
	    "--group-name web --description 'web servers'"),
	ROW("DeleteSecurityGroup", "delete-security-group", delete_security_group, NULL, NULL,
	    "remove a security group",
	    "ec2ctl delete-security-group "
	    "--group-id sg-0123456789abcdef0"),
	ROW("DescribeSecurityGroups", "describe-security-groups", describe_security_groups,
	    ANSWER(describe_security_groups), "SecurityGroups", "list security groups",
	    "ec2ctl describe-security-groups "
	    "--filters Name=group-name,Values=web"),
	ROW("AuthorizeSecurityGroupIngress", "authorize-security-group-ingress",
	    authorize_security_group_ingress, ANSWER(authorize_security_group_ingress), NULL,
	    "let traffic in",
	    "ec2ctl authorize-security-group-ingress "
	    "--group-id sg-0123456789abcdef0 --protocol tcp --port 22 --cidr 10.0.0.0/8"),
	ROW("AuthorizeSecurityGroupEgress", "authorize-security-group-egress",
	    authorize_security_group_egress, ANSWER(authorize_security_group_egress), NULL,
	    "let traffic out",
	    "ec2ctl authorize-security-group-egress "
	    "--group-id sg-0123456789abcdef0 --protocol udp --port 53 --cidr 0.0.0.0/0"),
	ROW("RevokeSecurityGroupIngress", "revoke-security-group-ingress",
	    revoke_security_group_ingress, ANSWER(revoke_security_group_ingress), NULL,
	    "take back a rule for traffic in",
	    "ec2ctl revoke-security-group-ingress "
	    "--group-id sg-0123456789abcdef0 --protocol tcp --port 22 --cidr 10.0.0.0/8"),
	ROW("RevokeSecurityGroupEgress", "revoke-security-group-egress",
	    revoke_security_group_egress, ANSWER(revoke_security_group_egress), NULL,
	    "take back a rule for traffic out",
	    "ec2ctl revoke-security-group-egress "
	    "--group-id sg-0123456789abcdef0 --security-group-rule-ids sgr-0123456789abcdef0"),
	ROW("DescribeSecurityGroupRules", "describe-security-group-rules",
	    describe_security_group_rules, ANSWER(describe_security_group_rules),
	    "SecurityGroupRules", "list rules of security groups",
	    "ec2ctl describe-security-group-rules "
	    "--filters Name=group-id,Values=sg-0123456789abcdef0"),
	ROW("ModifySecurityGroupRules", "modify-security-group-rules", modify_security_group_rules,
	    ANSWER(modify_security_group_rules), NULL, "change rules of a security group",
	    "ec2ctl modify-security-group-rules "
	    "--group-id sg-0123456789abcdef0 --security-group-rules "
	    "'SecurityGroupRuleId=sgr-0123456789abcdef0,SecurityGroupRule={IpProtocol=tcp,FromPort=443,ToPort=443,CidrIpv4=0.0.0.0/0}'"),
	ROW("UpdateSecurityGroupRuleDescriptionsIngress",
	    "update-security-group-rule-descriptions-ingress",
	    update_security_group_rule_descriptions_ingress,
	    ANSWER(update_security_group_rule_descriptions_ingress), NULL,
	    "describe rules for traffic in",
	    "ec2ctl update-security-group-rule-descriptions-ingress "
	    "--group-id sg-0123456789abcdef0 --security-group-rule-descriptions "
	    "SecurityGroupRuleId=sgr-0123456789abcdef0,Description=ssh"),
	ROW("UpdateSecurityGroupRuleDescriptionsEgress",
	    "update-security-group-rule-descriptions-egress",
	    update_security_group_rule_descriptions_egress,
	    ANSWER(update_security_group_rule_descriptions_egress), NULL,
	    "describe rules for traffic out",
	    "ec2ctl update-security-group-rule-descriptions-egress "
	    "--group-id sg-0123456789abcdef0 --security-group-rule-descriptions "
	    "SecurityGroupRuleId=sgr-0123456789abcdef0,Description=dns"),
	ROW("CreateInternetGateway", "create-internet-gateway", create_internet_gateway,
	    ANSWER(create_internet_gateway), NULL, "make an internet gateway",
	    "ec2ctl create-internet-gateway"),
	ROW("AttachInternetGateway", "attach-internet-gateway", attach_internet_gateway, NULL, NULL,
	    "give a VPC its internet gateway",
	    "ec2ctl attach-internet-gateway "
	    "--internet-gateway-id igw-0123456789abcdef0 --vpc-id vpc-0123456789abcdef0"),
	ROW("DetachInternetGateway", "detach-internet-gateway", detach_internet_gateway, NULL, NULL,
	    "take a VPC its internet gateway",
	    "ec2ctl detach-internet-gateway "
	    "--internet-gateway-id igw-0123456789abcdef0 --vpc-id vpc-0123456789abcdef0"),
	ROW("DeleteInternetGateway", "delete-internet-gateway", delete_internet_gateway, NULL, NULL,
	    "remove an internet gateway",
	    "ec2ctl delete-internet-gateway "
	    "--internet-gateway-id igw-0123456789abcdef0"),
	ROW("DescribeInternetGateways", "describe-internet-gateways", describe_internet_gateways,
	    ANSWER(describe_internet_gateways), "InternetGateways", "list internet gateways",
	    "ec2ctl describe-internet-gateways "
	    "--filters Name=attachment.vpc-id,Values=vpc-0123456789abcdef0"),
	ROW("CreateRouteTable", "create-route-table", create_route_table,
	    ANSWER(create_route_table), NULL, "make a route table",
	    "ec2ctl create-route-table "
	    "--vpc-id vpc-0123456789abcdef0"),
	ROW("DeleteRouteTable", "delete-route-table", delete_route_table, NULL, NULL,
	    "remove a route table",
	    "ec2ctl delete-route-table "
	    "--route-table-id rtb-0123456789abcdef0"),
	ROW("DescribeRouteTables", "describe-route-tables", describe_route_tables,
	    ANSWER(describe_route_tables), "RouteTables", "list route tables and their routes",
	    "ec2ctl describe-route-tables "
	    "--filters Name=vpc-id,Values=vpc-0123456789abcdef0"),
	ROW("AssociateRouteTable", "associate-route-table", associate_route_table,
	    ANSWER(associate_route_table), NULL, "give a subnet a route table of its own",
	    "ec2ctl associate-route-table "
	    "--route-table-id rtb-0123456789abcdef0 --subnet-id subnet-0123456789abcdef0"),
	ROW("DisassociateRouteTable", "disassociate-route-table", disassociate_route_table, NULL,
	    NULL, "give a subnet the main route table back",
	    "ec2ctl disassociate-route-table "
	    "--association-id rtbassoc-0123456789abcdef0"),
	ROW("ReplaceRouteTableAssociation", "replace-route-table-association",
	    replace_route_table_association, ANSWER(replace_route_table_association), NULL,
	    "give a subnet another route table, or a VPC another main one",
	    "ec2ctl replace-route-table-association "
	    "--association-id rtbassoc-0123456789abcdef0 --route-table-id rtb-0123456789abcdef0"),
	ROW("CreateRoute", "create-route", create_route, ANSWER(create_route), NULL, "add a route",
	    "ec2ctl create-route "
	    "--route-table-id rtb-0123456789abcdef0 --destination-cidr-block 0.0.0.0/0 "
	    "--gateway-id igw-0123456789abcdef0"),
	ROW("ReplaceRoute", "replace-route", replace_route, NULL, NULL,
	    "change the target of a route",
	    "ec2ctl replace-route "
	    "--route-table-id rtb-0123456789abcdef0 --destination-cidr-block 0.0.0.0/0 "
	    "--gateway-id igw-0123456789abcdef0"),
	ROW("DeleteRoute", "delete-route", delete_route, NULL, NULL, "remove a route",
	    "ec2ctl delete-route "
	    "--route-table-id rtb-0123456789abcdef0 --destination-cidr-block 0.0.0.0/0"),
	ROW("CreateNetworkInterface", "create-network-interface", create_network_interface,
	    ANSWER(create_network_interface), NULL, "make a network interface",
	    "ec2ctl create-network-interface "
	    "--subnet-id subnet-0123456789abcdef0 --groups sg-0123456789abcdef0"),
	ROW("DeleteNetworkInterface", "delete-network-interface", delete_network_interface, NULL,
	    NULL, "remove a network interface",
	    "ec2ctl delete-network-interface "
	    "--network-interface-id eni-0123456789abcdef0"),
	ROW("DescribeNetworkInterfaces", "describe-network-interfaces", describe_network_interfaces,
	    ANSWER(describe_network_interfaces), "NetworkInterfaces", "list network interfaces",
	    "ec2ctl describe-network-interfaces "
	    "--filters Name=attachment.instance-id,Values=i-0123456789abcdef0"),
	ROW("ModifyNetworkInterfaceAttribute", "modify-network-interface-attribute",
	    modify_network_interface_attribute, NULL, NULL,
	    "change an attribute of a network interface",
	    "ec2ctl modify-network-interface-attribute "
	    "--network-interface-id eni-0123456789abcdef0 --no-source-dest-check"),
	ROW("DescribeNetworkInterfaceAttribute", "describe-network-interface-attribute",
	    describe_network_interface_attribute, ANSWER(describe_network_interface_attribute),
	    NULL, "show an attribute of a network interface",
	    "ec2ctl describe-network-interface-attribute "
	    "--network-interface-id eni-0123456789abcdef0 --attribute groupSet"),
	ROW("CreateNetworkAcl", "create-network-acl", create_network_acl,
	    ANSWER(create_network_acl), NULL, "make a network ACL",
	    "ec2ctl create-network-acl "
	    "--vpc-id vpc-0123456789abcdef0"),
	ROW("DeleteNetworkAcl", "delete-network-acl", delete_network_acl, NULL, NULL,
	    "remove a network ACL",
	    "ec2ctl delete-network-acl "
	    "--network-acl-id acl-0123456789abcdef0"),
	ROW("DescribeNetworkAcls", "describe-network-acls", describe_network_acls,
	    ANSWER(describe_network_acls), "NetworkAcls", "list network ACLs and their rules",
	    "ec2ctl describe-network-acls "
	    "--filters Name=association.subnet-id,Values=subnet-0123456789abcdef0"),
	ROW("CreateNetworkAclEntry", "create-network-acl-entry", create_network_acl_entry, NULL,
	    NULL, "add a rule to a network ACL",
	    "ec2ctl create-network-acl-entry "
	    "--network-acl-id acl-0123456789abcdef0 --ingress --rule-number 100 --protocol tcp "
	    "--port-range From=443,To=443 --cidr-block 0.0.0.0/0 --rule-action allow"),
	ROW("ReplaceNetworkAclEntry", "replace-network-acl-entry", replace_network_acl_entry, NULL,
	    NULL, "change a rule of a network ACL",
	    "ec2ctl replace-network-acl-entry "
	    "--network-acl-id acl-0123456789abcdef0 --ingress --rule-number 100 --protocol -1 "
	    "--cidr-block 10.0.0.0/8 --rule-action deny"),
	ROW("DeleteNetworkAclEntry", "delete-network-acl-entry", delete_network_acl_entry, NULL,
	    NULL, "remove a rule of a network ACL",
	    "ec2ctl delete-network-acl-entry "
	    "--network-acl-id acl-0123456789abcdef0 --egress --rule-number 100"),
	ROW("ReplaceNetworkAclAssociation", "replace-network-acl-association",
	    replace_network_acl_association, ANSWER(replace_network_acl_association), NULL,
	    "give a subnet another network ACL",
	    "ec2ctl replace-network-acl-association "
	    "--association-id aclassoc-0123456789abcdef0 --network-acl-id acl-0123456789abcdef0"),
	ROW("CreateManagedPrefixList", "create-managed-prefix-list", create_managed_prefix_list,
	    ANSWER(create_managed_prefix_list), NULL, "make a prefix list",
	    "ec2ctl create-managed-prefix-list "
	    "--prefix-list-name offices --address-family IPv4 --max-entries 10 --entries "
	    "Cidr=10.0.0.0/8,Description=main"),
	ROW("DeleteManagedPrefixList", "delete-managed-prefix-list", delete_managed_prefix_list,
	    ANSWER(delete_managed_prefix_list), NULL, "remove a prefix list",
	    "ec2ctl delete-managed-prefix-list "
	    "--prefix-list-id pl-0123456789abcdef0"),
	ROW("DescribeManagedPrefixLists", "describe-managed-prefix-lists",
	    describe_managed_prefix_lists, ANSWER(describe_managed_prefix_lists), "PrefixLists",
	    "list prefix lists",
	    "ec2ctl describe-managed-prefix-lists "
	    "--filters Name=prefix-list-name,Values=offices"),
	ROW("GetManagedPrefixListEntries", "get-managed-prefix-list-entries",
	    get_managed_prefix_list_entries, ANSWER(get_managed_prefix_list_entries), "Entries",
	    "list the ranges of a prefix list",
	    "ec2ctl get-managed-prefix-list-entries "
	    "--prefix-list-id pl-0123456789abcdef0"),
	ROW("ModifyManagedPrefixList", "modify-managed-prefix-list", modify_managed_prefix_list,
	    ANSWER(modify_managed_prefix_list), NULL, "change a prefix list",
	    "ec2ctl modify-managed-prefix-list "
	    "--prefix-list-id pl-0123456789abcdef0 --current-version 1 --add-entries "
	    "Cidr=172.16.0.0/12"),
	ROW("AssignPrivateIpAddresses", "assign-private-ip-addresses", assign_private_ip_addresses,
	    ANSWER(assign_private_ip_addresses), "AssignedPrivateIpAddresses",
	    "give a network interface more addresses",
	    "ec2ctl assign-private-ip-addresses --network-interface-id eni-0123456789abcdef0 "
	    "--secondary-private-ip-address-count 1"),
	ROW("UnassignPrivateIpAddresses", "unassign-private-ip-addresses",
	    unassign_private_ip_addresses, NULL, NULL,
	    "take a network interface secondary addresses",
	    "ec2ctl unassign-private-ip-addresses --network-interface-id eni-0123456789abcdef0 "
	    "--private-ip-addresses 10.0.1.9"),
};
const size_t ec2_n_actions = sizeof(ec2_actions) / sizeof(ec2_actions[0]);

static int call_reconcile(struct ec2 *ec2, const void *request, void *response)
{
	(void)request;
	return ec2_reconcile(ec2, response);
}

const struct ec2_action ec2_import_action = {
	.name = "ImportImage",
	.command = "import-image",
	.summary = "make an image from a raw, qcow2, vmdk or vhd file, a kernel or a RAM disk",
	.request = &ec2_shape_import_image_request,
	.response = &ec2_shape_import_image_response,
	.example = "ec2ctl import-image debian-12.qcow2 --name debian-12",
};

const struct ec2_action ec2_reconcile_action = {
	.name = "Reconcile",
	.command = "reconcile",
	.summary = "make the host what the database says",
	.response = &ec2_shape_reconcile_response,
	.call = call_reconcile,
	.example = "ec2ctl reconcile",
	.table = "Changes",
};

static bool named(const struct ec2_action *action, const char *name)
{
	return strcmp(action->name, name) == 0 || strcmp(action->command, name) == 0;
}

const struct ec2_action *ec2_action_find(const char *name)
{
	for (size_t i = 0; i < ec2_n_actions; i++) {
		if (named(&ec2_actions[i], name))
			return &ec2_actions[i];
	}
	if (named(&ec2_import_action, name))
		return &ec2_import_action;
	if (named(&ec2_reconcile_action, name))
		return &ec2_reconcile_action;
	return NULL;
}

void ec2_free_response(const char *action, void *response)
{
	const struct ec2_action *a = ec2_action_find(action);

	if (a && a->response && response)
		ec2_shape_clear(a->response, response);
}
