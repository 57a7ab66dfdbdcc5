// SPDX-License-Identifier: LGPL-2.1-or-later
/* ec2ctl completion bash: made from the tables; ids are asked for when they are wanted. */
#include "cli.h"

#include <string.h>

static void words(FILE *out, const struct ec2_shape *shape)
{
	const struct special_flag *special;
	char name[FLAG_NAME_MAX];

	for (size_t i = 0; shape && i < shape->n_fields; i++) {
		flag_name(shape->fields[i].name, name);
		fprintf(out, "--%s ", name);
	}
	for (size_t i = 0; shape && (special = flags_special(shape, i)); i++)
		fprintf(out, "--%s ", special->name);
}

static const char ids[] =
	"_ec2ctl_ids()\n{\n\tlocal q\n\tcase $1 in\n"
	"\t--instance-id|--instance-ids|console) q='describe-instances --query "
	"Reservations[].Instances[].InstanceId' ;;\n"
	"\t--image-id|--image-ids|--kernel-id|--ramdisk-id) q='describe-images --query "
	"Images[].ImageId' ;;\n"
	"\t--instance-type|--instance-types) q='describe-instance-types --query "
	"InstanceTypes[].InstanceType' ;;\n"
	"\t--vpc-id|--vpc-ids) q='describe-vpcs --query Vpcs[].VpcId' ;;\n"
	"\t--subnet-id|--subnet-ids) q='describe-subnets --query Subnets[].SubnetId' ;;\n"
	"\t--group-id|--group-ids|--groups|--security-group-ids|--source-group) "
	"q='describe-security-groups --query SecurityGroups[].GroupId' ;;\n"
	"\t--internet-gateway-id|--internet-gateway-ids|--gateway-id) "
	"q='describe-internet-gateways --query InternetGateways[].InternetGatewayId' ;;\n"
	"\t--route-table-id|--route-table-ids) q='describe-route-tables --query "
	"RouteTables[].RouteTableId' ;;\n"
	"\t--network-acl-id|--network-acl-ids) q='describe-network-acls --query "
	"NetworkAcls[].NetworkAclId' ;;\n"
	"\t--prefix-list-id|--prefix-list-ids|--destination-prefix-list-id) "
	"q='describe-managed-prefix-lists --query PrefixLists[].PrefixListId' ;;\n"
	"\t--network-interface-id|--network-interface-ids) q='describe-network-interfaces --query "
	"NetworkInterfaces[].NetworkInterfaceId' ;;\n"
	"\t*) return 1 ;;\n\tesac\n"
	"\tcompgen -W \"$(ec2ctl $q --output text 2>/dev/null)\" -- \"$2\"\n}\n\n";

static const char tail[] =
	"\tcase $prev in\n"
	"\t--output) COMPREPLY=($(compgen -W 'json table text' -- \"$cur\")); return ;;\n"
	"\t--image-type) COMPREPLY=($(compgen -W 'machine kernel ramdisk' -- \"$cur\")); return ;;\n"
	"\tesac\n"
	"\tif [[ $cur != -* ]]; then\n"
	"\t\tlocal i\n"
	"\t\tfor ((i = COMP_CWORD - 1; i > 0; i--)); do\n"
	"\t\t\t[[ ${COMP_WORDS[i]} == --* || $i == 1 ]] || continue\n"
	"\t\t\tCOMPREPLY=($(_ec2ctl_ids \"${COMP_WORDS[i]}\" \"$cur\")) && return\n"
	"\t\t\tbreak\n\t\tdone\n"
	"\t\tif [[ $prev == import-image || $prev == --image-location ]]; then\n"
	"\t\t\tCOMPREPLY=($(compgen -f -- \"$cur\")); return\n\t\tfi\n"
	"\tfi\n"
	"\tCOMPREPLY=($(compgen -W \"$flags $global\" -- \"$cur\"))\n}\n"
	"complete -F _ec2ctl ec2ctl\n";

int command_completion(struct cli *cli, int argc, char **argv)
{
	FILE *out = cli->out;

	if (argc != 1 || strcmp(argv[0], "bash"))
		return error_usage(cli, "completion", "the shell is wanted: bash");
	fputs("# bash completion for ec2ctl, made by `ec2ctl completion bash`\n", out);
	fputs(ids, out);
	fputs("_ec2ctl()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
	      "flags=\n\tlocal global='", out);
	for (size_t i = 0; i < n_global_flags; i++)
		fprintf(out, "--%s ", global_flags[i].name);
	fputs("'\n\tlocal commands='", out);
	for (size_t i = 0; i < cli->n_actions; i++)
		fprintf(out, "%s ", cli->actions[i].command);
	for (size_t i = 0; i < n_commands; i++)
		fprintf(out, "%s ", commands[i].name);
	fputs("'\n\tCOMPREPLY=()\n\tif ((COMP_CWORD == 1)); then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$commands\" -- \"$cur\"))\n\t\treturn\n\tfi\n"
	      "\tcase ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; i < cli->n_actions; i++) {
		fprintf(out, "\t%s) flags='", cli->actions[i].command);
		words(out, cli->actions[i].request);
		fputs("' ;;\n", out);
	}
	fputs("\timport-image) flags='", out);
	words(out, ec2_import_action.request);
	fputs("' ;;\n\twait) flags='--instance-ids --filters --timeout instance-exists "
	      "instance-running instance-stopped instance-terminated instance-status-ok "
	      "system-status-ok' ;;\n\tevents) flags=--dump ;;\n"
	      "\thelp) flags=\"$commands query\" ;;\n\tcompletion) flags=bash ;;\n\tesac\n",
	      out);
	fputs(tail, out);
	return CLI_OK;
}
