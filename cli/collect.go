package cli

import (
	"context"
	"os"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// DecoderVariable makes the SDK decode every answer, for measurements.
const DecoderVariable = "SGAUDIT_SDK_DECODER"

// collect connects, says who it is, and reads.
func (p *program) collect(ctx context.Context, opts awsclient.Options) (*inventory.Inventory, error) {
	return p.collectBy(ctx, opts, (*awsclient.Client).Collect)
}

// prepare gives the options what a run at the command line has.
func (p *program) prepare(ctx context.Context, opts *awsclient.Options) {
	opts.Warn = func(text string) { p.console.Warn("%s", text) }
	opts.Debug = func(text string) { p.console.Debug("%s", text) }
	opts.RetryDelay = p.retryDelay
	opts.SDKDecoder = os.Getenv(DecoderVariable) != ""
	if p.console.Interactive() {
		opts.MFAToken = func(profile string) (string, error) {
			if profile == "" {
				return p.console.Ask(ctx, "MFA code")
			}
			return p.console.Ask(ctx, "MFA code for profile "+words.Plain(profile))
		}
	}
}

func (p *program) collectBy(ctx context.Context, opts awsclient.Options, read func(*awsclient.Client, context.Context) (*inventory.Inventory, error)) (*inventory.Inventory, error) {
	p.prepare(ctx, &opts)
	var line *console.Progress
	opts.Progress = func(u awsclient.Progress) {
		line.Set("%d/%d regions  %d pages  %d items", u.Done, u.Regions, u.Pages, u.Items)
		p.console.Debug("%s: %s; %d pages, %d items, %d/%d regions", u.Region, u.State, u.Pages, u.Items, u.Done, u.Regions)
	}
	p.console.Debug("connecting")
	client, err := awsclient.Connect(ctx, opts)
	if err != nil {
		return nil, p.interrupted(ctx, err)
	}
	who := client.Caller()
	p.console.Say("reading account %s (partition %s) as %s", who.AccountID, who.Partition, who.ARN)
	line = p.console.StartProgress()
	defer line.End()
	inv, err := read(client, ctx)
	if err != nil && (inv == nil || ctx.Err() == nil) {
		return nil, p.interrupted(ctx, err)
	}
	return inv, nil
}

// interrupted distinguishes Ctrl-C from the errors that it causes.
func (p *program) interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	p.console.Fail("interrupted before anything was read", "")
	return status(exitIncomplete)
}
