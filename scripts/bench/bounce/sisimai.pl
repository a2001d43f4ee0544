# One run of Sisimai (Debian: libsisimai-perl): all fields. argv as in ours.mjs.
use strict; use warnings; use Sisimai;
open(my $list, '<', $ARGV[0]) or die; chomp(my @paths = <$list>);
my ($messages, $bounces) = (0, 0);
for (1 .. $ARGV[1]) {
    for my $path (@paths) {
        $messages++;
        my $found = eval { local $SIG{__WARN__} = sub {}; Sisimai->make($path) };
        next unless $found;
        $bounces++;
        $_->dump('json') for @$found;
    }
}
print qq({"messages":$messages,"bounces":$bounces}\n);
