// Man pages from the command's own help, and unsent.yaml(5) from the schema of the configuration.
import { keySections } from '../lib/key-tables.mjs';

/** `{ name, text }` for unsent(1) and for each command, `unsent-lockdown(1)`. */
export function commandPages(program, date) {
  return [program, ...program.commands].map((command) => {
    const name = pathOf(command).join('-');
    return { name: `${name}.1`, text: commandPage(command, program, name, date) };
  });
}

function commandPage(command, program, name, date) {
  const below = command.commands.filter((child) => child.name() !== 'help');
  const isProgram = command === program;
  const parts = [
    head(name.toUpperCase(), 1, date, program.version()),
    section('NAME', `${name} \\- ${literal((command.summary() || command.description()).replace(/\.$/, ''))}`),
    section('SYNOPSIS', `.B ${pathOf(command).join(' ')}\n${literal(command.usage())}`),
    section('DESCRIPTION', literal(sentence(command.description()))),
    options(command),
    ...(isProgram ? [] : below.flatMap((child) => childPart(child))),
    ...(isProgram ? [section('COMMANDS', below.map((child) => commandLine(child)).join('\n'))] : []),
    helpAfter(command),
    section('FILES', '.I /usr/share/doc/unsent/docs\n.br\nThe pages that help and errors name.'),
    section('SEE ALSO', seeAlso(command, program)),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

function pathOf(command) {
  return command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];
}

function options(command) {
  const shown = command.createHelp().visibleOptions(command);
  return section('OPTIONS', shown.map(optionLine).join('\n'));
}

function optionLine(option) {
  const choices = option.argChoices === undefined ? '' : ` (${option.argChoices.join(', ')})`;
  return `.TP\n.B ${literal(option.flags)}\n${literal(sentence(`${option.description}${choices}`))}`;
}

/** A command below a command: `unsent spf check`. */
function childPart(child) {
  const text = [
    `.B ${pathOf(child).join(' ')}\n${literal(child.usage())}\n.PP`,
    literal(sentence(child.description())),
    ...child.createHelp().visibleOptions(child).map(optionLine),
  ];
  return [section(pathOf(child).join(' ').toUpperCase(), text.join('\n'))];
}

function commandLine(child) {
  return `.TP\n.BR ${pathOf(child).join('-')} (1)\n${literal(sentence(child.summary() || child.description()))}`;
}

/** Examples and exit codes, as `--help` prints them after the options. */
function helpAfter(command) {
  let text = '';
  command.emit('afterHelp', { error: false, command, write: (part) => (text += part) });
  return text.trim() === '' ? '' : section('EXAMPLES AND NOTES', `.nf\n${literal(text.trim())}\n.fi`);
}

function seeAlso(command, program) {
  const others = command === program ? [] : ['unsent (1)'];
  return [...others, 'unsent.yaml (5)'].map((page) => `.BR ${page}`).join(',\n');
}

const ABOUT_KEYS =
  'One YAML file; every key may be left out. NAME stands for a domain (in policy.recipients for an address, too), [] for ' +
  'each entry of a list. A domain or a mailbox in a list may stand there alone, without name: or address:.';

/** unsent.yaml(5): every key with its meaning. */
export function configPage(schema, version, date) {
  const keys = keySections(schema).flatMap(keyLines);
  return `${[
    head('UNSENT.YAML', 5, date, version),
    section('NAME', 'unsent.yaml \\- configuration of unsent'),
    section('DESCRIPTION', `${ABOUT_KEYS}\n.PP\n.B unsent config check\nfinds every mistake.`),
    section('KEYS', keys.join('\n')),
    section('FILES', '.I /etc/unsent/unsent.yaml\n.br\n.I ~/.config/unsent/unsent.yaml'),
    section('SEE ALSO', '.BR unsent (1)'),
  ].join('\n')}\n`;
}

function keyLines({ name, text, rows }) {
  return [
    keyLine(name, text, ''),
    ...rows.map(({ key, fallback, text: what }) =>
      keyLine(`${name}${key.startsWith('[') ? '' : '.'}${key}`, what, fallback),
    ),
  ];
}

function keyLine(path, text, fallback) {
  const more = fallback.startsWith('`') ? `Without it: ${fallback.slice(1, -1)}.` : sentence(fallback);
  return `.TP\n.B ${literal(path)}\n${literal(`${sentence(text)} ${more}`.trim() || 'It takes no keys.')}`;
}

function head(title, chapter, date, version) {
  return `.TH ${title} ${chapter} ${date} "unsent ${version}"`;
}

function section(title, text) {
  return text === '' ? '' : `.SH ${title}\n${text}`;
}

function sentence(text) {
  const first = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.…]$/.test(first) || first === '' ? first : `${first}.`;
}

/** Text that roff prints as it is. */
function literal(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1')
    .replaceAll('…', '...');
}
