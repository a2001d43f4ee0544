// Every key of the configuration, and the tables of docs/configuration.md: one for each section, one row for each key.

/** Markdown for every key of the JSON Schema, in the order of the schema. */
export function keyTables(schema) {
  return keySections(schema).map(renderSection).join('\n');
}

/**
 * `{ name, text, rows }` for each section, in the order of the schema. A row is `{ key, type, fallback, text }`; in `key`,
 * NAME stands for a name that the user gives, `[]` for each entry of a list.
 */
export function keySections(schema) {
  return Object.entries(schema.properties).map(([name, value]) => ({
    name,
    text: value.description,
    rows: rowsBelow(value, ''),
  }));
}

function renderSection({ name, text, rows }) {
  const head = `### \`${name}\`\n\n${text}\n`;
  if (rows.length === 0) return head;
  const lines = rows.map((row) => `| \`${row.key}\` | ${row.type} | ${row.fallback} | ${row.text} |`);
  return `${head}\n| key | value | without it | what |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function rowsBelow(schema, path) {
  const list = alternatives(schema).find(({ type }) => type === 'array');
  if (list !== undefined) return rowsBelow(list.items, `${path}[]`);
  const choices = alternatives(schema).flatMap(({ oneOf }) => oneOf ?? []);
  if (choices.length > 0) return choices.flatMap((choice) => providerRows(choice));
  const object = alternatives(schema).find(({ type }) => type === 'object');
  if (object === undefined) return [];
  const rows = Object.entries(object.properties ?? {}).flatMap(([name, value]) =>
    rowsOf(name, value, below(path, name), object),
  );
  const named = object.additionalProperties;
  return [...rows, ...(typeof named === 'object' ? rowsBelow(named, below(path, 'NAME')) : [])];
}

function below(path, name) {
  return path === '' ? name : `${path}.${name}`;
}

function providerRows(choice) {
  const name = choice.properties.name.const;
  const rows = rowsBelow(choice, '').filter(({ key }) => key !== 'name');
  const first = { key: `name: ${name}`, type: '', fallback: '', text: rows.length === 0 ? '' : 'with the keys below' };
  return [first, ...rows];
}

function rowsOf(name, schema, key, holder) {
  const inner = isSecret(schema) ? [] : rowsBelow(schema, key);
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
