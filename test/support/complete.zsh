# complete.zsh FOLDER LINE...: presses Tab behind each line in an interactive zsh that finds its completions in FOLDER,
# and prints what stands on the line then.
zmodload zsh/zpty
folder=$1 typed=$1/typed
shift
zpty shell "zsh -f -i"
send() { zpty -w shell "$1" }
send "cd $folder; fpath=($folder \$fpath); autoload -U compinit; compinit -u -D; unsetopt beep"
send "show() { print -r -- \"\$BUFFER\" >>$typed; zle kill-buffer }; zle -N show; bindkey '^O' show"
for line in "$@"; do zpty -n -w shell "$line"$'\t\x0f'; done
zpty -n -w shell $'exit\n'
while zpty -r shell chunk; do :; done
cat $typed
