package main

import (
	"context"
	"errors"
	"os"
	"runtime/pprof"

	"github.com/sgaudit/sgaudit/cli"
)

// profileVariable gives the name of a profile to the process that writes it.
const profileVariable = "SGAUDIT_BENCH_PROFILE"

// profiled is sgaudit itself, with the given arguments, and a profile of its
// processor time.
func profiled(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	code := cli.Run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr)
	pprof.StopCPUProfile()
	if code != 0 {
		return errors.Join(f.Close(), errors.New("sgaudit failed"))
	}
	return f.Close()
}
