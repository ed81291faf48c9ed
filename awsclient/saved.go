package awsclient

import (
	"context"
	"math"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/sgaudit/sgaudit/awsclient/saved"
	"github.com/sgaudit/sgaudit/inventory"
)

// SavedOptions say what files do not.
type SavedOptions = saved.Options

// ErrNotSaved is what Saved and SavedText return for one file that holds something else.
var ErrNotSaved = saved.ErrOther

// Saved reads accounts from files that hold answers of the AWS CLI, or what AWS
// Config returns: one file, or a folder of them, as saved.Read does. The snapshot is
// as old as the newest of the files that hold something.
func Saved(path string, opts SavedOptions) (*inventory.Snapshot, error) {
	answers, err := saved.Read(path, opts)
	if err != nil {
		return nil, err
	}
	return savedSnapshot(answers, opts.Warn), nil
}

// SavedText is Saved for one file that has been read already: its name, its
// text and when it was written.
func SavedText(name string, text []byte, written time.Time, opts SavedOptions) (*inventory.Snapshot, error) {
	answers, err := saved.ReadText(name, text, written, opts)
	if err != nil {
		return nil, err
	}
	return savedSnapshot(answers, opts.Warn), nil
}

// savedSnapshot collects every place. Warn may be nil.
func savedSnapshot(answers *saved.Answers, warn func(string)) *inventory.Snapshot {
	if warn == nil {
		warn = func(string) {}
	}
	inv := &inventory.Inventory{Depth: inventory.DepthGroups}
	accounts := map[string]bool{}
	services := inventory.DepthServices.Parts() &^ inventory.DepthNetwork.Parts()
	for _, p := range answers.Places {
		region := collectSaved(context.Background(), p, warn)
		switch beyond := region.Asked &^ inventory.DepthGroups.Parts(); {
		case beyond&services != 0:
			inv.Depth = inventory.DepthServices
		case beyond != 0 && inv.Depth == inventory.DepthGroups:
			inv.Depth = inventory.DepthNetwork
		}
		inv.Regions = append(inv.Regions, region)
		accounts[p.Account] = true
		inv.Caller.Partition = p.Partition
	}
	if len(accounts) == 1 {
		inv.Caller.AccountID = answers.Places[0].Account
	}
	inv.Normalize()
	return &inventory.Snapshot{Tool: "the AWS CLI or AWS Config", TakenAt: answers.Newest.UTC(), Inventory: inv}
}

// collectSaved reads a place as a live region is read.
func collectSaved(ctx context.Context, p *saved.Place, warn func(string)) *inventory.Region {
	opts := Options{MaxRPS: math.MaxInt32}
	opts.setDefaults()
	c := &Client{opts: opts, files: true, caller: inventory.Caller{AccountID: p.Account, Partition: p.Partition}}
	c.config.APIOptions = append(c.config.APIOptions, answering(p)) // no client of any service reaches the network
	region := &inventory.Region{AccountID: p.Account, Partition: p.Partition, Name: p.Region, Asked: p.Asked(warn)}
	c.collectRegion(ctx, region, &progress{tell: opts.Progress}, false)
	p.Doubt(region)
	return region
}

// answering returns the option of a client that answers every call from the files,
// in the place of the network.
func answering(p *saved.Place) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("SavedAnswers", func(ctx context.Context, in middleware.InitializeInput, _ middleware.InitializeHandler) (out middleware.InitializeOutput, metadata middleware.Metadata, err error) {
			out.Result, err = p.Answer(awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx), in.Parameters)
			return out, metadata, err
		}), middleware.Before)
	}
}
