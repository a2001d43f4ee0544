# One run of flufl.bounce (Debian: python3-flufl.bounce): addresses only. argv as in ours.mjs.
import email, json, sys
from flufl.bounce import scan_message
paths = open(sys.argv[1]).read().split('\n')
messages = bounces = 0
for _ in range(int(sys.argv[2])):
    for path in filter(None, paths):
        messages += 1
        with open(path, 'rb') as file:
            try:
                found = scan_message(email.message_from_binary_file(file))
            except Exception:
                found = ()
        bounces += 1 if found else 0
print(json.dumps({'messages': messages, 'bounces': bounces}))
