# Runs a command on a pseudo-terminal. Arguments: a JSON list of [what to wait for, what to type] and the command.
# Prints all that the terminal showed, then the exit code on a line of its own.
import fcntl, json, os, pty, select, struct, sys, termios, time

script, command = json.loads(sys.argv[1]), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
shown, seen = b"", 0
end = time.monotonic() + 60
for wanted, typed in script + [[None, ""]]:
    while time.monotonic() < end:
        at = -1 if wanted is None else shown.find(wanted.encode(), seen)
        if at >= 0:
            seen = at + len(wanted.encode())
            os.write(terminal, typed.encode())
            break
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # Linux says EIO when the other side has gone
                part = b""
            if not part:
                break
            shown += part
if time.monotonic() >= end:
    os.kill(child, 9)
status = os.waitpid(child, 0)[1]
sys.stdout.write(shown.decode().replace("\r\n", "\n"))
print("\n%d" % (os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)))
