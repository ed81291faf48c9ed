// Sgaudit audits the security groups of live AWS accounts.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/sgaudit/sgaudit/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)                            // the second Ctrl-C kills
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // a closed pipe becomes an error of the write
	os.Exit(cli.Run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr))
}
