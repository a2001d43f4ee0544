// The tables of docs/configuration.md: one for each section, one row for each key.

/** Markdown for every key of the JSON Schema, in the order of the schema. */
export function keyTables(schema) {
  const sections = Object.entries(schema.properties).map(([name, value]) => section(name, value));
  return sections.join('\n');
}

function section(name, schema) {
  const rows = rowsBelow(schema, '');
  const head = `### \`${name}\`\n\n${schema.description}\n`;
  if (rows.length === 0) return head;
  const lines = rows.map(({ key, type, fallback, text }) => `| \`${key}\` | ${type} | ${fallback} | ${text} |`);
  return `${head}\n| key | value | without it | what |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function rowsBelow(schema, prefix) {
  const object = alternatives(schema).find(({ type }) => type === 'object');
  const choices = alternatives(schema).flatMap(({ oneOf }) => oneOf ?? []);
  if (choices.length > 0) return choices.flatMap((choice) => providerRows(choice));
  if (object === undefined) return [];
  const rows = Object.entries(object.properties ?? {}).flatMap(([name, value]) => rowsOf(name, value, prefix, object));
  const below =
    typeof object.additionalProperties === 'object' ? rowsBelow(object.additionalProperties, `${prefix}NAME.`) : [];
  return [...rows, ...below];
}

function providerRows(choice) {
  const name = choice.properties.name.const;
  const rows = rowsBelow(choice, '').filter(({ key }) => key !== 'name');
  const first = { key: `name: ${name}`, type: '', fallback: '', text: rows.length === 0 ? '' : 'with the keys below' };
  return [first, ...rows];
}

function rowsOf(name, schema, prefix, holder) {
  const key = `${prefix}${name}`;
  const list = alternatives(schema).find(({ type }) => type === 'array');
  const inner = isSecret(schema)
    ? []
    : rowsBelow(list === undefined ? schema : list.items, `${key}${list === undefined ? '' : '[]'}.`);
  const text = schema.description ?? '';
  return [{ key, type: typeName(schema), fallback: fallbackOf(schema, name, holder), text }, ...inner];
}

function alternatives(schema) {
  return schema.anyOf?.flatMap(alternatives) ?? [schema];
}

function isSecret(schema) {
  return alternatives(schema).some(({ properties }) => properties?.file !== undefined && properties?.env !== undefined);
}

function typeName(schema) {
  if (isSecret(schema)) return '`file:`, `env:` or `command:`';
  const [value, other] = alternatives(schema).filter(({ type }) => type !== 'null');
  if (value?.type === 'boolean' && other?.type === 'object') return '`true` `false` or mapping';
  if (value?.enum !== undefined) return value.enum.map((one) => `\`${one}\``).join(' ');
  switch (value?.type) {
    case 'array':
      return 'list';
    case 'integer':
      return `${value.minimum} … ${value.maximum}`;
    case 'boolean':
      return '`true` `false`';
    case 'object':
      return 'mapping';
    default:
      return 'text';
  }
}

function fallbackOf(schema, name, holder) {
  if (holder.required?.includes(name)) return 'must be there';
  return schema.default === undefined ? '' : `\`${[schema.default].flat().join(', ')}\``;
}
