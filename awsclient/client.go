package awsclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Client reads one account. It is made by Connect and used once.
type Client struct {
	opts   Options
	config aws.Config
	home   string // the region of the first calls
	caller inventory.Caller
}

// Caller returns the identity that the client has.
func (c *Client) Caller() inventory.Caller { return c.caller }

// Connect loads the configuration and asks who the caller is. Its errors are
// *SetupError, but for the end of ctx.
func Connect(ctx context.Context, opts Options) (*Client, error) {
	opts.setDefaults()
	if e := endpointError(&opts); e != nil && !opts.StaticCredentials {
		return nil, e
	}
	var limit deadline
	if opts.MFAToken != nil {
		opts.MFAToken = limit.outside(opts.MFAToken)
	}
	cfg, err := load(ctx, &opts, "")
	if err != nil {
		return nil, setupError(ctx, &opts, err)
	}
	configured := cfg.Region
	first, err := home(configured, opts)
	if err != nil {
		return nil, err
	}
	if configured != "" && first != configured { // roles are taken in the right partition, too
		if cfg, err = load(ctx, &opts, first); err != nil {
			return nil, setupError(ctx, &opts, err)
		}
	}
	cfg.APIOptions = append(slices.Clip(cfg.APIOptions), new(unknownCalls).watch)
	c := &Client{opts: opts, config: cfg, home: first}
	client := sts.NewFromConfig(cfg, func(o *sts.Options) {
		o.Region = c.home
		if e := c.endpoint(); e != nil {
			o.BaseEndpoint = e
		}
		o.Retryer = c.retryer(3)
	})
	bounded, end := limit.begin(ctx, opts.callTimeout)
	defer end()
	who, err := client.GetCallerIdentity(bounded, &sts.GetCallerIdentityInput{})
	if err != nil && passed(bounded) {
		err = context.DeadlineExceeded
	}
	if err != nil {
		return nil, inPartition(setupError(ctx, &opts, err), configured, first)
	}
	if !inventory.IsAccountID(aws.ToString(who.Account)) {
		return nil, &SetupError{
			Message: fmt.Sprintf("AWS did not tell who the caller is: %q is not an account id of 12 digits", words.Cut(aws.ToString(who.Account), mostName)),
			Hint:    "check --endpoint-url if it is given",
		}
	}
	c.caller = inventory.Caller{AccountID: aws.ToString(who.Account), ARN: aws.ToString(who.Arn)}
	if inventory.IsARN(c.caller.ARN) {
		c.caller.Partition = strings.Split(c.caller.ARN, ":")[1]
	} else {
		opts.Warn("AWS gave the caller an ARN of a form that sgaudit does not know: it is left out")
		c.caller.ARN, c.caller.Partition = "", inventory.PartitionOf(first)
	}
	if opts.ExpectAccount != "" && opts.ExpectAccount != c.caller.AccountID {
		return nil, &SetupError{
			Message: fmt.Sprintf("these credentials belong to account %s, not to %s", c.caller.AccountID, opts.ExpectAccount),
			Hint:    "choose the right --profile, or drop --expect-account",
		}
	}
	return c, nil
}

// clientOptions are those of every client of the run, whatever its service.
var clientOptions = []func(*middleware.Stack) error{wholeAnswers}

// load reads the configuration. Where region is not empty, it takes the place of
// the one that is configured.
func load(ctx context.Context, opts *Options, region string) (aws.Config, error) {
	transport := awsTransport()
	if opts.StaticCredentials {
		return aws.Config{
			Region:      cmp.Or(region, "us-east-1"),
			Credentials: credentials.NewStaticCredentialsProvider("AKIADEMODEMODEMODEMO", "demo", ""),
			HTTPClient:  wholeBodies{transport, mostAnswer},
			Logger:      logging.Nop{},
			APIOptions:  clientOptions,
		}, nil
	}
	if region == "" && os.Getenv("AWS_PROFILE") != "" && os.Getenv("AWS_ACCESS_KEY_ID") != "" && opts.Profile == "" {
		opts.Warn("AWS_PROFILE and AWS_ACCESS_KEY_ID are both set: the access key wins; use --profile to choose the profile")
	}
	var cfg aws.Config
	load := []func(*config.LoadOptions) error{
		config.WithHTTPClient(transport),
		config.WithLogger(logging.Nop{}),
		config.WithAPIOptions(clientOptions), // of those that get the credentials, too
		config.WithAppID("sgaudit"),
		config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
			if opts.MFAToken != nil {
				o.TokenProvider = opts.MFAToken
			}
		}),
		config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) {
			o.Client = newMetadata(&cfg, metadataTimeout)
		}),
	}
	if region != "" {
		load = append(load, config.WithRegion(region))
	}
	if opts.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(opts.Profile))
	}
	var err error
	if cfg, err = config.LoadDefaultConfig(ctx, load...); err != nil {
		return aws.Config{}, err
	}
	cfg.HTTPClient = wholeBodies{cfg.HTTPClient, mostAnswer}
	return cfg, nil
}

// home is the region of the first calls: the configured one, unless those asked
// for are of another partition; else one of those, or where the commercial
// partition lives. Credentials are good for one partition, so that regions of
// two are an error.
func home(configured string, opts Options) (string, error) {
	for _, name := range opts.Regions {
		if one, other := inventory.PartitionOf(opts.Regions[0]), inventory.PartitionOf(name); one != other {
			return "", &SetupError{
				Message: fmt.Sprintf("--region %s is in the partition %s, and --region %s in %s", opts.Regions[0], one, name, other),
				Hint:    "credentials belong to one partition: audit each partition by itself",
			}
		}
	}
	switch {
	case len(opts.Regions) > 0 && (configured == "" || inventory.PartitionOf(configured) != inventory.PartitionOf(opts.Regions[0])):
		return opts.Regions[0], nil
	case configured != "":
		return configured, nil
	}
	return "us-east-1", nil
}

// inPartition adds to the error of the first call that --region chose another
// partition than the configuration has, where the credentials are unknown there.
func inPartition(err error, configured, home string) error {
	partition := inventory.PartitionOf(home)
	var setup *SetupError
	if !errors.As(err, &setup) || setup.Message != unknownKeys || configured == "" || inventory.PartitionOf(configured) == partition {
		return err
	}
	return &SetupError{
		Message: fmt.Sprintf("the partition %s, in which --region %s is, does not know these access keys", partition, home),
		Hint:    fmt.Sprintf("use credentials of %s, or a region of %s, where the configured region %s is", partition, inventory.PartitionOf(configured), configured),
		Err:     setup.Err,
	}
}

// awsTransport is the one connection pool of the run. Dead endpoints are
// given up soon. It is the SDK's own kind of client, which alone can be given
// the certificates of AWS_CA_BUNDLE.
func awsTransport() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = dialTimeout
			t.MaxIdleConns = 0
			t.MaxIdleConnsPerHost = 256
		})
}

// retryer waits between tries without a quota that a throttled region could
// use up for the others; how often a call is made is limited elsewhere.
func (c *Client) retryer(attempts int) aws.Retryer {
	return &retryer{retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		o.MaxBackoff = c.opts.retryDelay
		o.RateLimiter = ratelimit.None
	}), c.opts.retryDelay}
}

// retryer gives up sooner where more tries would bring the same.
type retryer struct {
	*retry.Standard
	longest time.Duration // between two tries
}

// endpoint returns the one that was asked for, or nil.
func (c *Client) endpoint() *string {
	if c.opts.EndpointURL == "" {
		return nil
	}
	return &c.opts.EndpointURL
}

// ec2Client returns the client of one region. It must stay a plain variable:
// in an interface it would make the linker keep its 800 methods.
func (c *Client) ec2Client(region string, attempts int) *ec2.Client {
	return ec2.NewFromConfig(c.config, func(o *ec2.Options) {
		o.Region = region
		if e := c.endpoint(); e != nil {
			o.BaseEndpoint = e // else AWS_ENDPOINT_URL counts
		}
		o.Retryer = c.retryer(attempts)
	})
}
