// SPDX-License-Identifier: LGPL-2.1-or-later
/* From flags to a request: they are what the request's shape says. */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (16 * 1024 * 1024)

void flag_name(const char *member, char name[FLAG_NAME_MAX])
{
	char *to = name;

	for (const char *c = member; *c && to - name < FLAG_NAME_MAX - 2; c++) {
		if (isupper((unsigned char)*c) && c > member)
			*to++ = '-';
		*to++ = (char)tolower((unsigned char)*c);
	}
	*to = '\0';
}

/* Everything while one command line is read. */
struct parse {
	struct cli *cli;
	const struct ec2_action *action;
	int argc, at;
	char **argv;
	json_t *request;
	json_t *permission; /* the one that --protocol, --port ... are about; NULL: none */
	bool skeleton;
};

static int bad_value(struct parse *p, const char *flag, char *why)
{
	int status = error_usage(p->cli, p->action->command, "--%s: %s", flag,
				 why ? why : "out of memory");

	free(why);
	return status;
}

/* The contents of file:// and fileb://, otherwise the text itself. */
static char *load(const char *text, size_t *size, char **error)
{
	const char *path = NULL;
	struct stat st;
	char *data;
	FILE *in;

	if (!strncmp(text, "file://", 7))
		path = text + 7;
	else if (!strncmp(text, "fileb://", 8))
		path = text + 8;
	*size = strlen(text);
	if (!path)
		return strdup(text);
	in = fopen(path, "re");
	if (!in || fstat(fileno(in), &st) || st.st_size > FILE_MAX) {
		if (asprintf(error, "%s: %s", path, in ? "too large" : strerror(errno)) < 0)
			*error = NULL;
		if (in)
			fclose(in);
		return NULL;
	}
	data = malloc(FILE_MAX + 1);
	*size = data ? fread(data, 1, FILE_MAX, in) : 0;
	if (data)
		data[*size] = '\0';
	fclose(in);
	return data;
}

/* EC2 wants user data in base 64; who types it does not. */
static bool is_user_data(const struct ec2_field *field)
{
	return !strcmp(field->name, "UserData");
}

static json_t *value_of(const struct ec2_field *field, const char *text, char **error)
{
	size_t size;
	char *data = load(text, &size, error), *encoded;
	json_t *value;

	if (!data)
		return NULL;
	if (is_user_data(field) && data[0] != '{' && strncmp(data, "Value=", 6)) {
		encoded = base64_encode(data, size);
		value = encoded ? shorthand_value(field, encoded, error) : NULL;
		free(encoded);
	} else if (strlen(data) != size) {
		*error = strdup("the file holds a NUL byte");
		value = NULL;
	} else {
		value = shorthand_value(field, data, error);
	}
	free(data);
	return value;
}

static bool is_list(const struct ec2_field *field)
{
	return field->kind == EC2_STRINGS || field->kind == EC2_STRUCTS;
}

static bool is_switch(const struct ec2_field *field)
{
	if (field->kind == EC2_STRUCT && shorthand_is_box(field))
		field = &field->shape->fields[0];
	return field->kind == EC2_BOOL || field->kind == EC2_TRISTATE;
}

static bool is_flag(const char *arg)
{
	return !strncmp(arg, "--", 2);
}

/* One item of a list; a JSON list brings several. */
static int add_item(struct parse *p, const struct ec2_field *field, const char *flag,
		    const char *text)
{
	json_t *list = json_object_get(p->request, field->name), *item;
	char *error = NULL;

	if (!list) {
		list = json_array();
		json_object_set_new(p->request, field->name, list);
	}
	item = value_of(field, text, &error);
	if (!item)
		return bad_value(p, flag, error);
	if (json_is_array(item)) {
		json_array_extend(list, item);
		json_decref(item);
	} else {
		json_array_append_new(list, item);
	}
	return 0;
}

static int set_switch(struct parse *p, const struct ec2_field *field, const char *flag, bool value)
{
	json_t *json = json_boolean(value);
	const char *next = p->at < p->argc ? p->argv[p->at] : NULL;
	char *error = NULL;

	/* a value may follow: `--ebs-optimized Value=true`, `--force true` */
	if (next && value &&
	    (!strcasecmp(next, "true") || !strcasecmp(next, "false") ||
	     (field->kind == EC2_STRUCT && !is_flag(next)))) {
		p->at++;
		json = value_of(field, next, &error);
		if (!json)
			return bad_value(p, flag, error);
	} else if (field->kind == EC2_STRUCT) {
		json = json_pack("{s:o}", field->shape->fields[0].name, json);
	}
	json_object_set_new(p->request, field->name, json);
	return 0;
}

static int set_flag(struct parse *p, const struct ec2_field *field, const char *flag,
		    const char *inline_value)
{
	json_t *value;
	char *error = NULL;
	int status = 0;

	if (is_list(field)) {
		if (!inline_value && (p->at == p->argc || is_flag(p->argv[p->at])))
			return error_usage(p->cli, p->action->command,
					   "--%s: at least one value is wanted", flag);
		if (inline_value)
			status = add_item(p, field, flag, inline_value);
		while (!status && p->at < p->argc && !is_flag(p->argv[p->at]))
			status = add_item(p, field, flag, p->argv[p->at++]);
		return status;
	}
	if (is_switch(field) && !inline_value)
		return set_switch(p, field, flag, true);
	if (!inline_value) {
		if (p->at == p->argc || is_flag(p->argv[p->at]))
			return error_usage(p->cli, p->action->command, "--%s: a value is wanted",
					   flag);
		inline_value = p->argv[p->at++];
	}
	value = value_of(field, inline_value, &error);
	if (!value)
		return bad_value(p, flag, error);
	json_object_set_new(p->request, field->name, value);
	return 0;
}

/* ---- flags that are not members ---- */

/* `--count N` or `--count MIN:MAX` */
static int set_count(struct parse *p, const char *text)
{
	char *end, *rest = NULL;
	long min = strtol(text, &end, 10), max = min;

	if (end != text && *end == ':') {
		rest = end + 1;
		max = strtol(rest, &end, 10);
	}
	if (end == text || end == rest || *end || min < 1 || max < min || max > 100000)
		return error_usage(p->cli, p->action->command,
				   "--count: N or MIN:MAX is wanted, not '%s'", text);
	json_object_set_new(p->request, "MinCount", json_integer(min));
	json_object_set_new(p->request, "MaxCount", json_integer(max));
	return 0;
}

/* The document is the beginning of the request; flags go over it. */
static int set_input(struct parse *p, const char *text)
{
	json_error_t why;
	char *error = NULL;
	size_t size;
	char *data = load(text, &size, &error);
	json_t *json;
	int status = 0;

	if (!data)
		return bad_value(p, "cli-input-json", error);
	json = json_loadb(data, size, JSON_REJECT_DUPLICATES, &why);
	free(data);
	if (!json_is_object(json))
		status = error_usage(p->cli, p->action->command,
				     "--cli-input-json: a JSON object is wanted%s%s",
				     json ? "" : ": ", json ? "" : why.text);
	else
		json_object_update_missing(p->request, json);
	json_decref(json);
	return status;
}

static int set_skeleton(struct parse *p, const char *text)
{
	if (text && strcmp(text, "input"))
		return error_usage(p->cli, p->action->command,
				   "--generate-cli-skeleton: 'input' is wanted, not '%s'", text);
	p->skeleton = true;
	return 0;
}

/* `--ingress` for `--no-egress`, as the AWS command line has it */
static int set_ingress(struct parse *p, const char *text)
{
	(void)text;
	json_object_set_new(p->request, "Egress", json_false());
	return 0;
}

/* ---- one permission of a security group, as the AWS command line takes it ---- */

static json_t *permission(struct parse *p)
{
	if (!p->permission)
		p->permission = json_object();
	return p->permission;
}

static int set_protocol(struct parse *p, const char *text)
{
	json_object_set_new(permission(p), "IpProtocol",
			    json_string(strcmp(text, "all") ? text : "-1"));
	return 0;
}

/* `N`, `FROM-TO`, `-1` or `all` */
static int set_port(struct parse *p, const char *text)
{
	char *end;
	long from = -1, to = -1;

	if (strcmp(text, "all")) {
		from = to = strtol(text, &end, 10);
		if (end != text && *end == '-') {
			text = end + 1;
			to = strtol(text, &end, 10);
		}
		if (end == text || *end || from < -1 || to < -1 || from > 65535 || to > 65535)
			return error_usage(p->cli, p->action->command,
					   "--port: N, FROM-TO or all is wanted, not '%s'", text);
	}
	json_object_set_new(permission(p), "FromPort", json_integer(from));
	json_object_set_new(permission(p), "ToPort", json_integer(to));
	return 0;
}

static int set_cidr(struct parse *p, const char *text)
{
	bool v6 = strchr(text, ':') != NULL;

	json_object_set_new(permission(p), v6 ? "Ipv6Ranges" : "IpRanges",
			    json_pack("[{s:s}]", v6 ? "CidrIpv6" : "CidrIp", text));
	return 0;
}

/* The first peer, for both that belong to it. */
static int set_pair(struct parse *p, const char *member, const char *text)
{
	json_t *pairs = json_object_get(permission(p), "UserIdGroupPairs");

	if (!pairs) {
		pairs = json_pack("[{}]");
		json_object_set_new(p->permission, "UserIdGroupPairs", pairs);
	}
	json_object_set_new(json_array_get(pairs, 0), member, json_string(text));
	return 0;
}

static int set_group(struct parse *p, const char *text)
{
	return set_pair(p, strncmp(text, "sg-", 3) ? "GroupName" : "GroupId", text);
}

static int set_owner(struct parse *p, const char *text)
{
	return set_pair(p, "UserId", text);
}

/* Into the request, when there is one. */
static int finish_permission(struct parse *p)
{
	if (!p->permission)
		return 0;
	if (json_object_get(p->request, "IpPermissions"))
		return error_usage(p->cli, p->action->command,
				   "--ip-permissions cannot be used together with --protocol, --port, "
				   "--cidr, --source-group or --group-owner");
	if (!json_object_get(p->permission, "IpProtocol"))
		return error_usage(p->cli, p->action->command,
				   "the following arguments are required: --protocol");
	json_object_set_new(p->request, "IpPermissions", json_pack("[O]", p->permission));
	return 0;
}

static const struct {
	struct special_flag flag;
	const char *member; /* only for requests with this member, */
	const char *without; /* and without this */
	int value; /* 0 none, 1 one, 2 may have one */
	int (*set)(struct parse *p, const char *value);
} specials[] = {
	{{"count", "<integer>", "how many: N, or MIN:MAX"}, "MinCount", NULL, 1, set_count},
	{{"protocol", "<string>", "one rule: tcp, udp, icmp, icmpv6, a number, or all"},
	 "IpPermissions", "SecurityGroupRuleDescriptions", 1, set_protocol},
	{{"port", "<string>", "its port N, ports FROM-TO, ICMP TYPE-CODE, or all"},
	 "IpPermissions", "SecurityGroupRuleDescriptions", 1, set_port},
	{{"cidr", "<string>", "its range of addresses"}, "IpPermissions",
	 "SecurityGroupRuleDescriptions", 1, set_cidr},
	{{"source-group", "<string>", "or its group, by id or name"}, "IpPermissions",
	 "SecurityGroupRuleDescriptions", 1, set_group},
	{{"group-owner", "<string>", "the owner of that group"}, "IpPermissions",
	 "SecurityGroupRuleDescriptions", 1, set_owner},
	{{"ingress", "", "a rule for what enters the subnet"}, "Egress", NULL, 0, set_ingress},
	{{"cli-input-json", "<string>", "the request as JSON, or file://PATH"}, NULL, NULL, 1,
	 set_input},
	{{"generate-cli-skeleton", "", "print such a JSON to fill in"}, NULL, NULL, 2, set_skeleton},
};
#define N_SPECIALS (sizeof(specials) / sizeof(specials[0]))

static bool special_applies(size_t i, const struct ec2_shape *shape)
{
	return !specials[i].member || (ec2_shape_field(shape, specials[i].member) &&
				       !(specials[i].without &&
					 ec2_shape_field(shape, specials[i].without)));
}

const struct special_flag *flags_special(const struct ec2_shape *request, size_t n)
{
	for (size_t i = 0; i < N_SPECIALS; i++) {
		if (special_applies(i, request) && !n--)
			return &specials[i].flag;
	}
	return NULL;
}

static int set_special(struct parse *p, size_t i, const char *inline_value)
{
	const char *value = inline_value;

	if (!value && specials[i].value && p->at < p->argc && !is_flag(p->argv[p->at]))
		value = p->argv[p->at++];
	if (!value && specials[i].value == 1)
		return error_usage(p->cli, p->action->command, "--%s: a value is wanted",
				   specials[i].flag.name);
	return specials[i].set(p, value);
}

/* ---- the command line ---- */

static const struct ec2_field *field_by_flag(const struct ec2_shape *shape, const char *flag)
{
	char name[FLAG_NAME_MAX];

	for (size_t i = 0; i < shape->n_fields; i++) {
		flag_name(shape->fields[i].name, name);
		if (!strcmp(name, flag))
			return &shape->fields[i];
	}
	return NULL;
}

static int unknown_flag(struct parse *p, const char *flag)
{
	const struct ec2_shape *shape = p->action->request;
	size_t n = shape->n_fields, count = 0;
	char names[n + 1][FLAG_NAME_MAX];
	const char *all[n + N_SPECIALS + n_global_flags + 1];
	const char *near;

	for (size_t i = 0; i < n; i++) {
		flag_name(shape->fields[i].name, names[i]);
		all[count++] = names[i];
	}
	for (size_t i = 0; i < N_SPECIALS; i++) {
		if (special_applies(i, shape))
			all[count++] = specials[i].flag.name;
	}
	for (size_t i = 0; i < n_global_flags; i++)
		all[count++] = global_flags[i].name;
	all[count] = NULL;
	near = suggest(flag, all);
	return error_usage(p->cli, p->action->command, "Unknown option: --%s%s%s%s", flag,
			   near ? " (did you mean --" : "", near ? near : "", near ? "?)" : "");
}

/* `--name`, `--no-name` or `--name=value`. */
static int read_flag(struct parse *p)
{
	const struct ec2_shape *shape = p->action->request;
	const char *arg = p->argv[p->at++] + 2, *equals = strchr(arg, '=');
	const struct ec2_field *field;
	char flag[FLAG_NAME_MAX];
	size_t length = equals ? (size_t)(equals - arg) : strlen(arg);

	if (length >= sizeof(flag))
		return unknown_flag(p, arg);
	memcpy(flag, arg, length);
	flag[length] = '\0';
	for (size_t i = 0; i < N_SPECIALS; i++) {
		if (special_applies(i, shape) && !strcmp(specials[i].flag.name, flag))
			return set_special(p, i, equals ? equals + 1 : NULL);
	}
	field = field_by_flag(shape, flag);
	if (field)
		return set_flag(p, field, flag, equals ? equals + 1 : NULL);
	if (!strncmp(flag, "no-", 3) && !equals) {
		field = field_by_flag(shape, flag + 3);
		if (field && is_switch(field))
			return set_switch(p, field, flag, false);
	}
	return unknown_flag(p, flag);
}

static int check_required(struct parse *p, const char *positional)
{
	const struct ec2_shape *shape = p->action->request;
	char name[FLAG_NAME_MAX], *list = NULL;
	size_t size;
	FILE *out;

	out = open_memstream(&list, &size);
	if (!out)
		return error_failed(p->cli, "out of memory");
	for (size_t i = 0; i < shape->n_fields; i++) {
		const char *member = shape->fields[i].name;

		if (!(shape->fields[i].flags & EC2_F_REQUIRED) ||
		    json_object_get(p->request, member))
			continue;
		flag_name(member, name);
		if (positional && !strcmp(member, positional)) {
			for (char *c = name; *c; c++)
				*c = (char)toupper((unsigned char)*c);
			fprintf(out, "%s%s", ftell(out) ? ", " : "", name);
			continue;
		}
		fprintf(out, "%s--%s", ftell(out) ? ", " : "", name);
	}
	fclose(out);
	if (size)
		error_usage(p->cli, p->action->command,
			    "the following arguments are required: %s", list);
	free(list);
	return size ? CLI_USAGE : 0;
}

static json_t *skeleton(const struct ec2_shape *shape);

static json_t *skeleton_value(const struct ec2_field *field)
{
	switch (field->kind) {
	case EC2_BOOL:
	case EC2_TRISTATE:
		return json_true();
	case EC2_INT:
	case EC2_LONG:
	case EC2_OPTIONAL_INT:
		return json_integer(0);
	case EC2_STRUCT:
		return skeleton(field->shape);
	case EC2_STRINGS:
		return json_pack("[s]", "");
	case EC2_STRUCTS:
		return json_pack("[o]", skeleton(field->shape));
	default:
		return json_string("");
	}
}

static json_t *skeleton(const struct ec2_shape *shape)
{
	json_t *object = json_object();

	for (size_t i = 0; i < shape->n_fields; i++)
		json_object_set_new(object, shape->fields[i].name,
				    skeleton_value(&shape->fields[i]));
	return object;
}

int flags_request(struct cli *cli, const struct ec2_action *action, const char *positional, int argc,
		  char **argv, json_t **request, bool *is_skeleton)
{
	struct parse p = {.cli = cli, .action = action, .argc = argc, .argv = argv};
	int status = 0;

	p.request = json_object();
	while (!status && p.at < argc) {
		if (is_flag(argv[p.at]))
			status = read_flag(&p);
		else if (positional && !json_object_get(p.request, positional))
			json_object_set_new(p.request, positional, json_string(argv[p.at++]));
		else
			status = error_usage(cli, action->command, "Unknown option: %s", argv[p.at]);
	}
	if (!status)
		status = finish_permission(&p);
	json_decref(p.permission);
	if (!status && p.skeleton) {
		json_decref(p.request);
		p.request = skeleton(action->request);
	} else if (!status) {
		status = check_required(&p, positional);
	}
	*is_skeleton = p.skeleton;
	*request = p.request;
	if (status) {
		json_decref(p.request);
		*request = NULL;
	}
	return status;
}
