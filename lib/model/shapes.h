/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All shapes: EC2_SHAPES(X) has one X(noun) per struct ec2_noun and its ec2_shape_noun. */
#ifndef EC2_MODEL_SHAPES_H
#define EC2_MODEL_SHAPES_H

#include <ec2ctl.h>
#include "model/model.h"

#define EC2_SHAPES(X)                                               \
	X(filter)                                                   \
	X(tag)                                                      \
	X(tag_specification)                                        \
	X(tag_description)                                          \
	X(create_tags_request)                                      \
	X(delete_tags_request)                                      \
	X(describe_tags_request)                                    \
	X(describe_tags_response)                                   \
	X(ebs_block_device)                                         \
	X(block_device_mapping)                                     \
	X(state_reason)                                             \
	X(image)                                                    \
	X(register_image_request)                                   \
	X(register_image_response)                                  \
	X(deregister_image_request)                                 \
	X(describe_images_request)                                  \
	X(describe_images_response)                                 \
	X(import_image_request)                                     \
	X(import_image_response)                                    \
	X(processor_info)                                           \
	X(vcpu_info)                                                \
	X(memory_info)                                              \
	X(disk_info)                                                \
	X(instance_storage_info)                                    \
	X(instance_type_info)                                       \
	X(describe_instance_types_request)                          \
	X(describe_instance_types_response)                         \
	X(region)                                                   \
	X(zone_message)                                             \
	X(availability_zone)                                        \
	X(describe_regions_request)                                 \
	X(describe_regions_response)                                \
	X(describe_availability_zones_request)                      \
	X(describe_availability_zones_response)                     \
	X(monitoring)                                               \
	X(placement)                                                \
	X(instance_state)                                           \
	X(ebs_instance_block_device)                                \
	X(instance_block_device_mapping)                            \
	X(group_identifier)                                         \
	X(cpu_options)                                              \
	X(hibernation_options)                                      \
	X(credit_specification)                                     \
	X(instance)                                                 \
	X(reservation)                                              \
	X(instance_state_change)                                    \
	X(instance_status_details)                                  \
	X(instance_status_summary)                                  \
	X(instance_status)                                          \
	X(attribute_value)                                          \
	X(attribute_boolean_value)                                  \
	X(run_instances_request)                                    \
	X(run_instances_response)                                   \
	X(describe_instances_request)                               \
	X(describe_instances_response)                              \
	X(describe_instance_status_request)                         \
	X(describe_instance_status_response)                        \
	X(start_instances_request)                                  \
	X(start_instances_response)                                 \
	X(stop_instances_request)                                   \
	X(stop_instances_response)                                  \
	X(reboot_instances_request)                                 \
	X(terminate_instances_request)                              \
	X(terminate_instances_response)                             \
	X(modify_instance_attribute_request)                        \
	X(describe_instance_attribute_request)                      \
	X(describe_instance_attribute_response)                     \
	X(get_console_output_request)                               \
	X(get_console_output_response)                              \
	X(reconciled)                                               \
	X(reconcile_response)                                       \
	X(vpc_cidr_block_state)                                     \
	X(vpc_cidr_block_association)                               \
	X(vpc)                                                      \
	X(subnet)                                                   \
	X(create_vpc_request)                                       \
	X(create_vpc_response)                                      \
	X(create_default_vpc_request)                               \
	X(create_default_vpc_response)                              \
	X(delete_vpc_request)                                       \
	X(describe_vpcs_request)                                    \
	X(describe_vpcs_response)                                   \
	X(modify_vpc_attribute_request)                             \
	X(describe_vpc_attribute_request)                           \
	X(describe_vpc_attribute_response)                          \
	X(create_subnet_request)                                    \
	X(create_subnet_response)                                   \
	X(create_default_subnet_request)                            \
	X(create_default_subnet_response)                           \
	X(delete_subnet_request)                                    \
	X(describe_subnets_request)                                 \
	X(describe_subnets_response)                                \
	X(modify_subnet_attribute_request)                          \
	X(ip_range)                                                 \
	X(ipv6_range)                                               \
	X(prefix_list_id)                                           \
	X(user_id_group_pair)                                       \
	X(ip_permission)                                            \
	X(security_group)                                           \
	X(referenced_security_group)                                \
	X(security_group_rule)                                      \
	X(security_group_rule_request)                              \
	X(security_group_rule_update)                               \
	X(security_group_rule_description)                          \
	X(create_security_group_request)                            \
	X(create_security_group_response)                           \
	X(delete_security_group_request)                            \
	X(describe_security_groups_request)                         \
	X(describe_security_groups_response)                        \
	X(authorize_security_group_ingress_request)                 \
	X(authorize_security_group_ingress_response)                \
	X(authorize_security_group_egress_request)                  \
	X(authorize_security_group_egress_response)                 \
	X(revoke_security_group_ingress_request)                    \
	X(revoke_security_group_ingress_response)                   \
	X(revoke_security_group_egress_request)                     \
	X(revoke_security_group_egress_response)                    \
	X(describe_security_group_rules_request)                    \
	X(describe_security_group_rules_response)                   \
	X(modify_security_group_rules_request)                      \
	X(modify_security_group_rules_response)                     \
	X(update_security_group_rule_descriptions_ingress_request)  \
	X(update_security_group_rule_descriptions_ingress_response) \
	X(update_security_group_rule_descriptions_egress_request)   \
	X(update_security_group_rule_descriptions_egress_response)  \
	X(internet_gateway_attachment)                              \
	X(internet_gateway)                                         \
	X(create_internet_gateway_request)                          \
	X(create_internet_gateway_response)                         \
	X(attach_internet_gateway_request)                          \
	X(detach_internet_gateway_request)                          \
	X(delete_internet_gateway_request)                          \
	X(describe_internet_gateways_request)                       \
	X(describe_internet_gateways_response)                      \
	X(route_table_association_state)                            \
	X(route_table_association)                                  \
	X(propagating_vgw)                                          \
	X(route)                                                    \
	X(route_table)                                              \
	X(create_route_table_request)                               \
	X(create_route_table_response)                              \
	X(delete_route_table_request)                               \
	X(describe_route_tables_request)                            \
	X(describe_route_tables_response)                           \
	X(associate_route_table_request)                            \
	X(associate_route_table_response)                           \
	X(disassociate_route_table_request)                         \
	X(replace_route_table_association_request)                  \
	X(replace_route_table_association_response)                 \
	X(create_route_request)                                     \
	X(create_route_response)                                    \
	X(replace_route_request)                                    \
	X(delete_route_request)                                     \
	X(instance_private_ip_address)                              \
	X(instance_network_interface_attachment)                    \
	X(instance_network_interface)                               \
	X(network_interface_attachment)                             \
	X(network_interface)                                        \
	X(network_interface_attachment_changes)                     \
	X(create_network_interface_request)                         \
	X(create_network_interface_response)                        \
	X(delete_network_interface_request)                         \
	X(describe_network_interfaces_request)                      \
	X(describe_network_interfaces_response)                     \
	X(modify_network_interface_attribute_request)               \
	X(describe_network_interface_attribute_request)             \
	X(describe_network_interface_attribute_response)            \
	X(icmp_type_code)                                           \
	X(port_range)                                               \
	X(network_acl_entry)                                        \
	X(network_acl_association)                                  \
	X(network_acl)                                              \
	X(create_network_acl_request)                               \
	X(create_network_acl_response)                              \
	X(delete_network_acl_request)                               \
	X(describe_network_acls_request)                            \
	X(describe_network_acls_response)                           \
	X(create_network_acl_entry_request)                         \
	X(replace_network_acl_entry_request)                        \
	X(delete_network_acl_entry_request)                         \
	X(replace_network_acl_association_request)                  \
	X(replace_network_acl_association_response)                 \
	X(prefix_list_entry)                                        \
	X(remove_prefix_list_entry)                                 \
	X(managed_prefix_list)                                      \
	X(create_managed_prefix_list_request)                       \
	X(create_managed_prefix_list_response)                      \
	X(delete_managed_prefix_list_request)                       \
	X(delete_managed_prefix_list_response)                      \
	X(describe_managed_prefix_lists_request)                    \
	X(describe_managed_prefix_lists_response)                   \
	X(get_managed_prefix_list_entries_request)                  \
	X(get_managed_prefix_list_entries_response)                 \
	X(modify_managed_prefix_list_request)                       \
	X(modify_managed_prefix_list_response)                      \
	X(assigned_private_ip_address)                              \
	X(assign_private_ip_addresses_request)                      \
	X(assign_private_ip_addresses_response)                     \
	X(unassign_private_ip_addresses_request)

#define EC2_SHAPE_DECLARE(noun) extern const struct ec2_shape ec2_shape_##noun;
EC2_SHAPES(EC2_SHAPE_DECLARE)

/*
 * Walks over any struct that has a shape.
 */

/* Release all that the struct owns, and zero it. */
void ec2_shape_clear(const struct ec2_shape *shape, void *p);
/* A deep copy into `to`, which is overwritten. Return: 0 or -ENOMEM (then `to` is zero). */
int ec2_shape_copy(const struct ec2_shape *shape, void *to, const void *from);
/* No field of it says anything. */
bool ec2_shape_absent(const struct ec2_shape *shape, const void *p);
/* The field of that JSON name, or NULL. */
const struct ec2_field *ec2_shape_field(const struct ec2_shape *shape, const char *name);
/* A new zeroed item at the list's end, or NULL. */
void *ec2_list_add(struct ec2_list *list, const struct ec2_shape *shape);
/* A copy of the string at the list's end. Return: 0 or -ENOMEM. */
int ec2_strings_add(struct ec2_strings *list, const char *string);

/* The action of that EC2 name ("RunInstances") or command ("run-instances"), or NULL. */
const struct ec2_action *ec2_action_find(const char *name);

/* import-image and reconcile: rows as ec2_actions has them, but not actions of EC2's. */
extern const struct ec2_action ec2_import_action; /* call is NULL: use ec2_import_image() */
extern const struct ec2_action ec2_reconcile_action; /* request is NULL */

#endif
