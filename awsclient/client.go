package awsclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Client reads one account. It is made by Connect and used once.
type Client struct {
	opts   Options
	config aws.Config
	home   string // the region of the first calls
	caller inventory.Caller
	role   *assumedRole // nil where the credentials are those that were found
	line   line         // without a bound in a run over one account

	files      bool        // answers come from files
	aggregator *aggregator // of the run; nil where none is asked
}

// Caller returns the identity that the client has.
func (c *Client) Caller() inventory.Caller { return c.caller }

// Connect loads the configuration, asks who the caller is, and assumes the role of
// the options. Its errors are *SetupError, but for the end of ctx.
func Connect(ctx context.Context, opts Options) (*Client, error) {
	c, err := connect(ctx, opts)
	if err != nil {
		return nil, err
	}
	if opts.Role != "" {
		var refused accountError
		if c, err = c.enter(ctx, Account{Role: opts.Role}); errors.As(err, &refused) {
			message, statement, _ := strings.Cut(refused.gap.Message, ". The role's")
			hint := ""
			if statement != "" {
				hint = "the role's" + statement
			}
			return nil, &SetupError{Message: message, Hint: hint, Err: err}
		}
	}
	if opts.ExpectAccount != "" && opts.ExpectAccount != c.caller.AccountID {
		return nil, &SetupError{
			Message: fmt.Sprintf("these credentials belong to account %s, not to %s", c.caller.AccountID, opts.ExpectAccount),
			Hint:    "choose the right --profile, or drop --expect-account",
		}
	}
	return c, nil
}

// connect is Connect with the credentials as they were found.
func connect(ctx context.Context, opts Options) (*Client, error) {
	opts.setDefaults()
	if e := endpointError(&opts); e != nil && !opts.StaticCredentials {
		return nil, e
	}
	var limit deadline
	if opts.MFAToken != nil {
		opts.mfaToken = limit.outside(func() (string, error) { return opts.MFAToken(opts.Profile) })
	}
	cfg, err := load(ctx, &opts, "")
	if err != nil {
		return nil, setupError(ctx, &opts, namedEndpoint{}, err)
	}
	configured := cfg.Region
	first, err := home(configured, opts)
	if err != nil {
		return nil, err
	}
	if configured != "" && first != configured { // roles are taken in the right partition, too
		if cfg, err = load(ctx, &opts, first); err != nil {
			return nil, setupError(ctx, &opts, namedEndpoint{}, err)
		}
	}
	cfg.APIOptions = append(slices.Clip(cfg.APIOptions), new(unknownCalls).watch)
	if opts.Parallel > 0 {
		cfg.HTTPClient = bounded{cfg.HTTPClient, make(slots, opts.Parallel)}
	}
	c := &Client{opts: opts, config: cfg, home: first}
	calls := c.regionConfig(c.home, firstAttempts)
	client := sts.NewFromConfig(calls)
	bounded, end := limit.begin(ctx, opts.callTimeout)
	defer end()
	who, err := client.GetCallerIdentity(bounded, &sts.GetCallerIdentityInput{})
	if err != nil && passed(bounded) {
		err = context.DeadlineExceeded
	}
	if err != nil {
		return nil, inPartition(setupError(ctx, &opts, endpointNamed(ctx, &calls, &opts, "STS"), err), configured, first)
	}
	if !inventory.IsAccountID(aws.ToString(who.Account)) {
		return nil, &SetupError{
			Message: fmt.Sprintf("AWS did not return the caller identity: %q is not an account id of 12 digits", words.Cut(aws.ToString(who.Account), mostName)),
			Hint:    endpointNamed(ctx, &calls, &opts, "STS").check(),
		}
	}
	c.caller = inventory.Caller{AccountID: aws.ToString(who.Account), ARN: aws.ToString(who.Arn)}
	if inventory.IsARN(c.caller.ARN) {
		c.caller.Partition = strings.Split(c.caller.ARN, ":")[1]
	} else {
		opts.Warn("AWS gave the caller an ARN of a form that sgaudit does not know: it is left out")
		c.caller.ARN, c.caller.Partition = "", inventory.PartitionOf(first)
	}
	return c, nil
}
