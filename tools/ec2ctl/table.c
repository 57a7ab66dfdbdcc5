// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tables for people. The columns come from the shape: its scalars, those of the structs inside, and
 * lists in one cell; hidden ones only with --wide, empty ones never. What does not fit the terminal
 * is shortened, then left out, what matters less first.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS 128
#define SHORTEST 12 /* a shortened cell keeps so many columns */

struct table {
	char *heads[MAX_COLUMNS];
	size_t widths[MAX_COLUMNS];
	bool less[MAX_COLUMNS]; /* leave it out first */
	size_t n_columns;
	size_t shown[MAX_COLUMNS], n_shown; /* which columns, from the left */
	char **cells; /* n_rows * n_columns */
	size_t n_rows;
	bool has_head;
};

/* Columns on the terminal: characters, not bytes. */
static size_t columns(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

/* ---- cells ---- */

static void put_value(FILE *out, json_t *json);

/* "web" of {Key, Value} becomes Key=web; other objects are their values with blanks between. */
static void put_object(FILE *out, json_t *object)
{
	json_t *key = json_object_get(object, "Key"), *member;
	const char *name;
	bool first = true;

	if (json_is_string(key)) {
		const char *value = json_string_value(json_object_get(object, "Value"));

		fprintf(out, "%s=%s", json_string_value(key), value ? value : "");
		return;
	}
	json_object_foreach(object, name, member) {
		if (!first)
			fputc(' ', out);
		first = false;
		put_value(out, member);
	}
}

static void put_value(FILE *out, json_t *json)
{
	char *text;

	if (json_is_object(json)) {
		put_object(out, json);
	} else if (json_is_array(json)) {
		for (size_t i = 0; i < json_array_size(json); i++) {
			fputs(i ? ", " : "", out);
			put_value(out, json_array_get(json, i));
		}
	} else if (json_is_boolean(json)) {
		fputs(json_is_true(json) ? "yes" : "no", out);
	} else {
		text = text_scalar(json, "");
		fputs(text ? text : "", out);
		free(text);
	}
}

/* Control characters would move the cursor: they come from guests and files. */
static void make_harmless(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = ' ';
	}
}

static char *cell_of(json_t *json)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	put_value(out, json);
	fclose(out);
	if (text)
		make_harmless(text);
	return text;
}

/* ---- columns from a shape ---- */

struct column {
	const struct ec2_field *path[4];
	size_t depth;
	char *head;
};

struct columns {
	struct column items[MAX_COLUMNS];
	size_t n;
};

/* Names that say nothing without the struct that they stand in. */
static bool is_general(const char *name)
{
	static const char *const general[] = {"Code", "Enabled", "Message", "Name",
					      "State", "Status",  "Value"};

	for (size_t i = 0; i < sizeof(general) / sizeof(general[0]); i++) {
		if (!strcmp(general[i], name))
			return true;
	}
	return false;
}

/* "SizeInMiB" for MemoryInfo.SizeInMiB; "CurrentState" for CurrentState.Name when no more is shown. */
static char *head_of(const struct column *column, size_t shown)
{
	const struct ec2_field *last = column->path[column->depth - 1];
	char *head;

	if (column->depth == 1 || !is_general(last->name))
		return strdup(last->name);
	if (shown == 1)
		return strdup(column->path[column->depth - 2]->name);
	if (asprintf(&head, "%s.%s", column->path[column->depth - 2]->name, last->name) < 0)
		return NULL;
	return head;
}

static size_t visible(const struct ec2_shape *shape, bool wide)
{
	size_t n = 0;

	for (size_t i = 0; i < shape->n_fields; i++)
		n += wide || !(shape->fields[i].flags & EC2_F_HIDDEN);
	return n;
}

static void collect(struct columns *to, const struct ec2_shape *shape, bool wide,
		    const struct column *above)
{
	size_t shown = visible(shape, wide);

	for (size_t i = 0; i < shape->n_fields && to->n < MAX_COLUMNS; i++) {
		const struct ec2_field *field = &shape->fields[i];
		struct column column = *above;

		if (!wide && field->flags & EC2_F_HIDDEN)
			continue;
		column.path[column.depth++] = field;
		if (field->kind == EC2_STRUCT && column.depth < 4) {
			collect(to, field->shape, wide, &column);
			continue;
		}
		column.head = head_of(&column, shown);
		to->items[to->n++] = column;
	}
}

static json_t *member(json_t *item, const struct column *column)
{
	for (size_t i = 0; item && i < column->depth; i++)
		item = json_object_get(item, column->path[i]->name);
	return item;
}

/* The shape of the list at "Reservations.Instances". */
static const struct ec2_shape *shape_at(const struct ec2_shape *shape, const char *path)
{
	while (shape && path && *path) {
		size_t length = strcspn(path, ".");
		char name[FLAG_NAME_MAX] = "";
		const struct ec2_field *field;

		if (length >= sizeof(name))
			return NULL;
		memcpy(name, path, length);
		field = ec2_shape_field(shape, name);
		shape = field ? field->shape : NULL;
		path += length + (path[length] == '.');
	}
	return shape;
}

/* All objects at the path, lists on the way flattened. */
static void items_at(json_t *json, const char *path, json_t *to)
{
	size_t length = strcspn(path, ".");
	const char *key;
	json_t *value;

	if (json_is_array(json)) {
		for (size_t i = 0; i < json_array_size(json); i++)
			items_at(json_array_get(json, i), path, to);
		return;
	}
	if (!*path) {
		json_array_append(to, json);
		return;
	}
	json_object_foreach(json, key, value) {
		if (strlen(key) == length && !strncmp(key, path, length))
			items_at(value, path + length + (path[length] == '.'), to);
	}
}

/* ---- layout ---- */

static void measure(struct table *t)
{
	for (size_t c = 0; c < t->n_columns; c++) {
		t->widths[c] = t->has_head ? columns(t->heads[c]) : 0;
		for (size_t r = 0; r < t->n_rows; r++) {
			size_t n = columns(t->cells[r * t->n_columns + c]);

			if (n > t->widths[c])
				t->widths[c] = n;
		}
	}
}

static size_t total(const struct table *t)
{
	size_t sum = 1;

	for (size_t i = 0; i < t->n_shown; i++)
		sum += t->widths[t->shown[i]] + 3;
	return sum;
}

static void show_all(struct table *t)
{
	for (size_t c = 0; c < t->n_columns; c++)
		t->shown[c] = c;
	t->n_shown = t->n_columns;
}

static void leave_one_out(struct table *t)
{
	size_t at = t->n_shown - 1;

	for (size_t i = t->n_shown; i-- > 0;) {
		if (t->less[t->shown[i]]) {
			at = i;
			break;
		}
	}
	t->n_shown--;
	memmove(t->shown + at, t->shown + at + 1, (t->n_shown - at) * sizeof(t->shown[0]));
}

/* Make the table as narrow as the terminal. */
static void fit(struct table *t, size_t width)
{
	while (t->n_shown > 1 && total(t) > width) {
		size_t widest = t->shown[0], over = total(t) - width, least;

		/* ids stay whole: the first that is shortened is the widest */
		for (size_t i = 0; i < t->n_shown; i++) {
			if (t->widths[t->shown[i]] > t->widths[widest])
				widest = t->shown[i];
		}
		least = t->has_head ? columns(t->heads[widest]) : SHORTEST;
		if (least < SHORTEST)
			least = SHORTEST;
		if (t->widths[widest] > 24 && t->widths[widest] > least) {
			size_t room = t->widths[widest] - (least < 24 ? 24 : least);

			t->widths[widest] -= over < room ? over : room ? room : 1;
			continue;
		}
		leave_one_out(t);
	}
}

struct lines {
	const char *across, *down;
	const char *left[3], *mid[3], *right[3];
};

static const struct lines utf8_lines = {
	"─", "│", {"┌", "├", "└"}, {"┬", "┼", "┴"}, {"┐", "┤", "┘"},
};
static const struct lines ascii_lines = {
	"-", "|", {"+", "+", "+"}, {"+", "+", "+"}, {"+", "+", "+"},
};

static void rule(struct cli *cli, const struct table *t, const struct lines *l, int which)
{
	for (size_t c = 0; c < t->n_shown; c++) {
		fputs(c ? l->mid[which] : l->left[which], cli->out);
		for (size_t i = 0; i < t->widths[t->shown[c]] + 2; i++)
			fputs(l->across, cli->out);
	}
	fprintf(cli->out, "%s\n", l->right[which]);
}

static void put_cell(struct cli *cli, const char *text, size_t width)
{
	size_t n = columns(text), keep = n > width ? width - 1 : n, done = 0;
	const char *s = text;

	for (; *s; s++) {
		if ((*s & 0xc0) != 0x80 && done++ == keep)
			break;
		fputc(*s, cli->out);
	}
	if (n > width)
		fputs(cli->utf8 ? "…" : "~", cli->out);
	for (size_t i = n; i < width; i++)
		fputc(' ', cli->out);
}

static void row(struct cli *cli, const struct table *t, const struct lines *l, char *const *cells)
{
	for (size_t c = 0; c < t->n_shown; c++) {
		fprintf(cli->out, "%s ", l->down);
		put_cell(cli, cells[t->shown[c]], t->widths[t->shown[c]]);
		fputc(' ', cli->out);
	}
	fprintf(cli->out, "%s\n", l->down);
}

static void draw(struct cli *cli, struct table *t)
{
	const struct lines *l = cli->utf8 ? &utf8_lines : &ascii_lines;

	measure(t);
	show_all(t);
	/* into a pipe nothing is cut */
	if (cli->out_tty)
		fit(t, cli->width > 20 ? cli->width : 80);
	rule(cli, t, l, 0);
	if (t->has_head) {
		row(cli, t, l, t->heads);
		rule(cli, t, l, 1);
	}
	for (size_t r = 0; r < t->n_rows; r++)
		row(cli, t, l, t->cells + r * t->n_columns);
	rule(cli, t, l, 2);
	if (t->n_shown < t->n_columns)
		fprintf(cli->out, "(%zu more columns do not fit; --output json has all)\n",
			t->n_columns - t->n_shown);
}

static void release(struct table *t)
{
	for (size_t c = 0; c < t->n_columns; c++)
		free(t->heads[c]);
	for (size_t i = 0; t->cells && i < t->n_rows * t->n_columns; i++)
		free(t->cells[i]);
	free(t->cells);
}

/* Columns in which no row says anything are not shown. */
static void drop_empty(struct columns *columns, json_t *items)
{
	size_t kept = 0;

	for (size_t c = 0; c < columns->n; c++) {
		bool used = false;

		for (size_t r = 0; !used && r < json_array_size(items); r++) {
			char *text = cell_of(member(json_array_get(items, r), &columns->items[c]));

			used = text && *text;
			free(text);
		}
		if (used)
			columns->items[kept++] = columns->items[c];
		else
			free(columns->items[c].head);
	}
	columns->n = kept;
}

static void print_rows(struct cli *cli, const struct ec2_shape *shape, json_t *items)
{
	struct table t = {.n_rows = json_array_size(items), .has_head = true};
	struct columns *columns = calloc(1, sizeof(*columns));

	if (!columns)
		return;
	collect(columns, shape, cli->wide, &(struct column){.depth = 0});
	drop_empty(columns, items);
	t.n_columns = columns->n;
	for (size_t c = 0; c < columns->n; c++) {
		const struct column *column = &columns->items[c];

		t.heads[c] = column->head;
		t.less[c] = column->path[0]->flags & EC2_F_LESS;
	}
	t.cells = calloc(t.n_rows * t.n_columns + 1, sizeof(*t.cells));
	for (size_t r = 0; t.cells && r < t.n_rows; r++) {
		for (size_t c = 0; c < t.n_columns; c++)
			t.cells[r * t.n_columns + c] =
				cell_of(member(json_array_get(items, r), &columns->items[c]));
	}
	if (t.cells && t.n_columns)
		draw(cli, &t);
	release(&t);
	free(columns);
}

/* One object: a line per member. */
static void print_members(struct cli *cli, json_t *object)
{
	struct table t = {.n_columns = 2, .n_rows = json_object_size(object)};
	const char *key;
	json_t *value;
	size_t r = 0;

	t.cells = calloc(2 * t.n_rows + 1, sizeof(*t.cells));
	if (!t.cells)
		return;
	json_object_foreach(object, key, value) {
		t.cells[2 * r] = strdup(key);
		t.cells[2 * r++ + 1] = cell_of(value);
	}
	if (t.n_rows)
		draw(cli, &t);
	release(&t);
}

void table_print(struct cli *cli, const struct ec2_shape *shape, const char *path, json_t *answer)
{
	const struct ec2_shape *item = path ? shape_at(shape, path) : NULL;
	json_t *items;

	if (!item) {
		print_members(cli, answer);
		return;
	}
	items = json_array();
	items_at(answer, path, items);
	if (json_array_size(items))
		print_rows(cli, item, items);
	else
		fputs("(none)\n", cli->out);
	json_decref(items);
}

/* ---- tables of any JSON ---- */

static size_t key_column(struct table *t, const char *key)
{
	for (size_t c = 0; c < t->n_columns; c++) {
		if (!strcmp(t->heads[c], key))
			return c;
	}
	if (t->n_columns == MAX_COLUMNS)
		return MAX_COLUMNS;
	t->heads[t->n_columns] = strdup(key);
	return t->n_columns++;
}

static void count_columns(struct table *t, json_t *list)
{
	for (size_t r = 0; r < json_array_size(list); r++) {
		json_t *item = json_array_get(list, r), *value;
		const char *key;

		if (json_is_object(item)) {
			t->has_head = true;
			json_object_foreach(item, key, value)
				key_column(t, key);
		}
	}
	for (size_t r = 0; !t->has_head && r < json_array_size(list); r++) {
		json_t *item = json_array_get(list, r);
		size_t n = json_is_array(item) ? json_array_size(item) : 1;

		while (t->n_columns < n && t->n_columns < MAX_COLUMNS)
			t->heads[t->n_columns++] = NULL;
	}
}

static json_t *at_column(const struct table *t, json_t *item, size_t c)
{
	if (json_is_object(item))
		return t->has_head ? json_object_get(item, t->heads[c]) : NULL;
	if (json_is_array(item))
		return json_array_get(item, c);
	return c == 0 ? item : NULL;
}

void table_print_json(struct cli *cli, json_t *json)
{
	struct table t = {.n_rows = json_array_size(json)};

	if (json_is_object(json)) {
		print_members(cli, json);
		return;
	}
	if (!json_is_array(json)) {
		text_print(cli->out, json);
		return;
	}
	count_columns(&t, json);
	t.cells = calloc(t.n_rows * t.n_columns + 1, sizeof(*t.cells));
	for (size_t r = 0; t.cells && r < t.n_rows; r++) {
		for (size_t c = 0; c < t.n_columns; c++)
			t.cells[r * t.n_columns + c] =
				cell_of(at_column(&t, json_array_get(json, r), c));
	}
	if (t.cells && t.n_columns)
		draw(cli, &t);
	release(&t);
}
