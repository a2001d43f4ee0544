// Shell completions from the command tree.

/** For bash: commands, then the options and fixed choices of the command that is being typed. */
export function bashCompletion(program) {
  const cases = allBelow(program).map(({ path, command }) => `    "${path}") words="${wordsOf(command).join(' ')}" ;;`);
  const values = choicesOf(program).map(
    ([long, words]) => `    ${long}) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$current")); return ;;`,
  );
  return `# bash completion for unsent, written by scripts/release/completions.mjs
_unsent() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' words='' word
  case $previous in
${values.join('\n')}
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${allBelow(program)
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      "${path}") path="${path}" ;;`)
  .join('\n')}
    esac
  done
  case $path in
${cases.join('\n')}
  esac
  if [[ $current == -* || -z $path ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"; compgen -f -- "$current")
  fi
}
complete -o filenames -F _unsent unsent
`;
}

/** For zsh: the same words, with their descriptions. */
export function zshCompletion(program) {
  const cases = allBelow(program).map(({ path, command }) => {
    const lines = [
      ...command.commands
        .filter((child) => child.name() !== 'help')
        .map((child) => described(child.name(), child.summary() || child.description())),
      ...optionsOf(command).map(({ long, description }) => described(long, description)),
    ];
    return `    "${path}") offered=(${lines.join(' ')}) ;;`;
  });
  const values = choicesOf(program).map(([long, words]) => `  ${long}) compadd -- ${words.join(' ')}; return ;;`);
  return `#compdef unsent
# zsh completion for unsent, written by scripts/release/completions.mjs
case $words[CURRENT-1] in
${values.join('\n')}
esac
local path_='' word
local -a words_ offered
words_=(\${words[2,CURRENT-1]})
for word in $words_; do
  case "$path_ $word" in
${allBelow(program)
  .filter(({ path }) => path !== '')
  .map(({ path }) => `    "${path}") path_="${path}" ;;`)
  .join('\n')}
  esac
done

case $path_ in
${cases.join('\n')}
esac
_describe 'unsent' offered
[[ -n $path_ ]] && _files
`;
}

/** What may follow an option that takes one of a few words. Options of one name take the same words everywhere. */
function choicesOf(program) {
  const options = allBelow(program).flatMap(({ command }) => command.options);
  return [...new Map(options.map(({ long, argChoices }) => [long, argChoices]))].filter(
    ([, words]) => words !== undefined,
  );
}

function described(word, text) {
  return `'${word}:${text.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`;
}

/** Every command with its path as typed: "", " spf", " spf check". */
function allBelow(command, path = '') {
  const below = command.commands.filter((child) => child.name() !== 'help');
  return [{ path, command }, ...below.flatMap((child) => allBelow(child, `${path} ${child.name()}`))];
}

function wordsOf(command) {
  return [
    ...command.commands.filter((child) => child.name() !== 'help').map((child) => child.name()),
    ...optionsOf(command).map(({ long }) => long),
  ];
}

function optionsOf(command) {
  const own = command.createHelp().visibleOptions(command);
  const global = command.createHelp().visibleGlobalOptions(command);
  return [...own, ...global].filter(({ long }) => long !== undefined && long !== null);
}
