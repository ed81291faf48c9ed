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
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"github.com/sgaudit/sgaudit/inventory"
)

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
	endpointOfSTS := sync.OnceValue(func() *string {
		if opts.EndpointURL != "" {
			return &opts.EndpointURL
		}
		return sts.NewFromConfig(cfg).Options().BaseEndpoint
	})
	load := []func(*config.LoadOptions) error{
		config.WithHTTPClient(transport),
		config.WithLogger(logging.Nop{}),
		config.WithAPIOptions(clientOptions), // of those that get the credentials, too
		config.WithAppID("sgaudit"),
		config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
			if opts.mfaToken != nil {
				o.TokenProvider = opts.mfaToken
			}
			if client, ok := o.Client.(*sts.Client); ok {
				o.Client = rolesAt{client, endpointOfSTS}
			}
		}),
		config.WithWebIdentityRoleCredentialOptions(func(o *stscreds.WebIdentityRoleOptions) {
			if client, ok := o.Client.(*sts.Client); ok {
				o.Client = rolesAt{client, endpointOfSTS}
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

// rolesAt takes the roles of the configuration files and of web identities where all
// other calls of STS go: at the endpoint of --endpoint-url, of AWS_ENDPOINT_URL or of the
// profile. The SDK makes its client for these credentials while it loads the
// configuration, which does not have that endpoint yet. Calls for IAM Identity Center and
// for instance roles are not of STS and go where they always do.
type rolesAt struct {
	client   *sts.Client
	endpoint func() *string // nil: AWS's own; known when the configuration is whole
}

func (r rolesAt) at(options []func(*sts.Options)) []func(*sts.Options) {
	return append(slices.Clip(options), func(o *sts.Options) {
		if url := r.endpoint(); url != nil {
			o.BaseEndpoint = url
		}
	})
}

// AssumeRole takes a role with other credentials.
func (r rolesAt) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, options ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	return r.client.AssumeRole(ctx, in, r.at(options)...)
}

// AssumeRoleWithWebIdentity takes a role with a token of another identity provider.
func (r rolesAt) AssumeRoleWithWebIdentity(ctx context.Context, in *sts.AssumeRoleWithWebIdentityInput, options ...func(*sts.Options)) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	return r.client.AssumeRoleWithWebIdentity(ctx, in, r.at(options)...)
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

// regionConfig returns the configuration of every client for one region.
func (c *Client) regionConfig(region string, attempts int) aws.Config {
	cfg := c.config.Copy()
	cfg.Region = region
	cfg.Retryer = func() aws.Retryer { return c.retryer(attempts) }
	if c.opts.Throttles != nil {
		cfg.APIOptions = append(slices.Clip(cfg.APIOptions), c.opts.Throttles.watch(c.caller.AccountID, region))
	}
	if c.opts.EndpointURL != "" {
		cfg.BaseEndpoint = &c.opts.EndpointURL
		cfg.ConfigSources = append([]any{givenEndpoint(c.opts.EndpointURL)}, cfg.ConfigSources...)
	}
	return cfg
}

// givenEndpoint is the endpoint that was asked for. As the first of the sources it
// counts before AWS_ENDPOINT_URL, the variable of each service (AWS_ENDPOINT_URL_EC2)
// and the profile.
type givenEndpoint string

// GetServiceBaseEndpoint returns it for every service.
func (e givenEndpoint) GetServiceBaseEndpoint(context.Context, string) (string, bool, error) {
	return string(e), true, nil
}
