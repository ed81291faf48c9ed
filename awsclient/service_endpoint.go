package awsclient

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sgaudit/sgaudit/inventory"
)

// suffixes are those of host names, by partition, and the region of each where a
// service begins (AWS SDKs, partitions.json).
var suffixes = map[string]struct{ suffix, first string }{
	"aws":        {"amazonaws.com", "us-east-1"},
	"aws-cn":     {"amazonaws.com.cn", "cn-northwest-1"},
	"aws-us-gov": {"amazonaws.com", "us-gov-west-1"},
	"aws-eusc":   {"amazonaws.eu", "eusc-de-east-1"},
	"aws-iso":    {"c2s.ic.gov", "us-iso-east-1"},
	"aws-iso-b":  {"sc2s.sgov.gov", "us-isob-east-1"},
	"aws-iso-e":  {"cloud.adc-e.uk", "eu-isoe-west-1"},
	"aws-iso-f":  {"csp.hci.ic.gov", "us-isof-south-1"},
}

// serviceHost returns the host name of a service in a region.
func serviceHost(api *inventory.ServiceAPI, region string, fips bool) string {
	host := api.Host
	if fips {
		host += "-fips"
	}
	return host + "." + region + "." + suffixes[inventory.PartitionOf(region)].suffix
}

// serviceEndpoint returns the address of a service in the region of a configuration,
// as the SDK's clients find it: what --endpoint-url says, then the variable or the
// profile's entry of the service, then those of all services, then AWS's own.
func serviceEndpoint(ctx context.Context, cfg *aws.Config, api *inventory.ServiceAPI) (string, error) {
	given, err := givenEndpointOf(ctx, cfg, api)
	if err != nil || given != "" {
		return given, err
	}
	return "https://" + serviceHost(api, cfg.Region, wantsFIPS(ctx, cfg)), nil
}

// givenEndpointOf returns the endpoint that somebody configured, or nothing.
func givenEndpointOf(ctx context.Context, cfg *aws.Config, api *inventory.ServiceAPI) (string, error) {
	base := aws.ToString(cfg.BaseEndpoint)
	_, all := os.LookupEnv("AWS_ENDPOINT_URL")
	_, one := os.LookupEnv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(api.ID, " ", "_")))
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(interface {
			GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
		}); ok {
			if ignore, found, err := s.GetIgnoreConfiguredEndpoints(ctx); err == nil && found && ignore {
				if given, ok := cfg.ConfigSources[0].(givenEndpoint); ok {
					return string(given), nil
				}
				return base, nil
			}
		}
	}
	for _, source := range cfg.ConfigSources {
		_, byFlag := source.(givenEndpoint)
		s, ok := source.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		})
		if !ok || !byFlag && all && !one {
			continue
		}
		if value, found, err := s.GetServiceBaseEndpoint(ctx, api.ID); err != nil || found {
			return value, err
		}
	}
	return base, nil
}

// wantsFIPS reports whether the configuration asks for endpoints of FIPS 140.
func wantsFIPS(ctx context.Context, cfg *aws.Config) bool {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(interface {
			GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error)
		}); ok {
			if state, found, err := s.GetUseFIPSEndpoint(ctx); err == nil && found {
				return state == aws.FIPSEndpointStateEnabled
			}
		}
	}
	return false
}

// notInRegion reports whether a call failed because the service has no endpoint in
// the region: the name does not exist, and that of the same service in the region
// where the partition begins does. A resolver that knows no names of AWS has neither.
func (c *Client) notInRegion(ctx context.Context, cfg *aws.Config, api *inventory.ServiceAPI, err error) bool {
	var dns *net.DNSError
	if !errors.As(err, &dns) || !dns.IsNotFound {
		return false
	}
	if given, err := givenEndpointOf(ctx, cfg, api); err != nil || given != "" {
		return false
	}
	first := suffixes[inventory.PartitionOf(cfg.Region)].first
	if first == cfg.Region {
		return false
	}
	addresses, err := c.opts.lookupHost(ctx, serviceHost(api, first, wantsFIPS(ctx, cfg)))
	return err == nil && len(addresses) > 0
}
