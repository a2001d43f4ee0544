// Files of the bundle that are put together in one besides, for a command that is started often.
import { basename } from 'node:path';

/** The compiler's files that `policyd --stdio` loads in the end, which Postfix may start for each message. */
const POLICYD = ['main.js', 'policyd/spawned.js', 'config.js', 'config/parse.js', 'resolver.js'];

/** Name and text of the one file, and of the file that starts the command, from the texts of all files by name. */
export function packed(files, { outputs }) {
  const names = new Set();
  for (const entry of POLICYD) addWithImports(outputOf(entry, outputs), outputs, names);
  const functions = [...names].map(
    (name) => `${JSON.stringify(name)}:function(exports,require,later,module,__meta){${files.get(name)}\n}`,
  );
  return [
    ['pack-policyd.js', `({\n${functions.join(',\n')}\n})\n`],
    // Wherever the word stands: a file too many or too few is only slower.
    [
      'unsent.js',
      "const{load,unpack}=require('./load.js');if(process.argv.includes('policyd'))unpack('pack-policyd.js');load('main.js').main();\n",
    ],
  ];
}

/** The path of the output that esbuild made of one of the compiler's files. */
function outputOf(entry, outputs) {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(`unsent/dist/${entry}`));
  if (found === undefined) throw new Error(`${entry} is nothing that is loaded by itself`);
  return found[0];
}

function addWithImports(path, outputs, names) {
  if (names.has(basename(path))) return;
  names.add(basename(path));
  for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
    if (kind === 'import-statement' && imported in outputs) addWithImports(imported, outputs, names);
  }
}
