// For benchmarks that start Node. It reads the certificates that this variable names before anything else, which may take
// longer than what is measured; Postfix, systemd and cron start a command without it.
delete process.env.NODE_EXTRA_CA_CERTS;
