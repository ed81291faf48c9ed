package awsclient

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// partitionHome is where the first calls of each partition go.
var partitionHome = map[string]string{
	"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1",
	"aws-iso": "us-iso-east-1", "aws-iso-b": "us-isob-east-1", "aws-iso-e": "eu-isoe-west-1", "aws-iso-f": "us-isof-south-1",
}

// alwaysEnabled lists the regions of a partition that no account has to opt
// in to (AWS account management reference): where the list cannot be read.
var alwaysEnabled = map[string][]string{
	"aws": {
		"us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2", "eu-west-3",
		"eu-central-1", "eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2",
	},
	"aws-cn":     {"cn-north-1", "cn-northwest-1"},
	"aws-us-gov": {"us-gov-east-1", "us-gov-west-1"},
	"aws-eusc":   {"eusc-de-east-1"},
}

// listingRegion returns the region that is asked which regions there are.
func (c *Client) listingRegion() string {
	if home := partitionHome[c.caller.Partition]; home != "" && c.config.Region == "" && len(c.opts.Regions) == 0 {
		return home
	}
	return c.home
}

// regionPlan says which regions a run reads.
type regionPlan struct {
	read    []string                 // sorted
	skipped []string                 // left out because of --exclude-region
	closed  map[string]inventory.Gap // of the regions to read, those known to be closed before they are read
	gap     *inventory.Gap           // of the run as a whole, where the enabled regions are not all known
}

// regions asks which regions are enabled, and plans the run. Its error is a
// *SetupError, but for the end of ctx.
func (c *Client) regions(ctx context.Context) (*regionPlan, error) {
	enabled, listed, g, err := c.enabledRegions(ctx)
	if err != nil {
		return nil, err
	}
	plan := &regionPlan{read: slices.Clone(enabled), closed: map[string]inventory.Gap{}, gap: g}
	if len(c.opts.Regions) > 0 {
		plan.read = slices.Clone(c.opts.Regions)
		for _, name := range plan.read {
			if listed && !slices.Contains(enabled, name) {
				plan.closed[name] = inventory.Gap{
					Part: inventory.PartGroups, Operation: "ec2:DescribeSecurityGroups", Kind: inventory.NotOptedIn,
					Message: "the region is not enabled for the account, or does not exist",
				}
			}
		}
	}
	slices.Sort(plan.read)
	plan.read = slices.Compact(plan.read)
	for _, name := range c.opts.ExcludeRegions {
		if i := slices.Index(plan.read, name); i >= 0 {
			plan.read = slices.Delete(plan.read, i, i+1)
			plan.skipped = append(plan.skipped, name)
			delete(plan.closed, name)
		}
	}
	if len(plan.read) == 0 && len(plan.skipped) > 0 {
		return nil, &SetupError{Message: "--exclude-region leaves no region to read", Hint: "drop one of them, or name a region with --region"}
	}
	return plan, nil
}

// enabledRegions returns the regions that are enabled for the account, and whether
// EC2 listed them. Where it did not, they are those that every account has, or none
// if the options name the regions. The gap says what is not known of them.
func (c *Client) enabledRegions(ctx context.Context) (names []string, listed bool, unknown *inventory.Gap, err error) {
	const operation = "ec2:DescribeRegions"
	asking, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := ec2.NewFromConfig(c.regionConfig(c.listingRegion(), firstAttempts)).DescribeRegions(asking, &ec2.DescribeRegionsInput{})
	if err == nil && len(out.Regions) == 0 {
		err = &notAnAnswer{"it names no region"} // every account has some
	}
	switch {
	case err == nil:
		for i := range out.Regions {
			name := aws.ToString(out.Regions[i].RegionName)
			if !inventory.IsRegion(name) {
				unknown = &inventory.Gap{Operation: operation, Kind: inventory.Failed, Message: fmt.Sprintf("%q is not the name of a region: it was not read", words.Cut(name, mostName))}
				continue
			}
			names = append(names, name)
		}
		return names, true, unknown, nil
	case ctx.Err() != nil:
		return nil, false, nil, setupError(ctx, &c.opts, namedEndpoint{}, err)
	case len(c.opts.Regions) > 0:
		c.opts.Warn("the list of enabled regions could not be read (" + gap(0, operation, err).Message + "): reading the regions that were asked for")
		return nil, false, nil, nil
	}
	g := gap(0, operation, err)
	names = alwaysEnabled[c.caller.Partition]
	if names == nil || g.Kind == inventory.Unreachable {
		return nil, false, nil, &SetupError{
			Message: "the list of enabled regions could not be read: " + g.Message,
			Hint:    "name the regions with --region", Err: err,
		}
	}
	c.opts.Warn("the list of enabled regions could not be read (" + g.Message + "): reading those that every account has; name others with --region")
	g.Message = "regions beyond those that every account has are unknown: " + g.Message
	return names, false, &g, nil
}
