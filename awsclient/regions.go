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

// regions returns the regions to read and those to leave out, sorted, and a
// gap for each that is known to be closed before it is read. Extra is the gap
// of the run as a whole, where the enabled regions are not known.
func (c *Client) regions(ctx context.Context) (read, skipped []string, gaps map[string]inventory.Gap, extra *inventory.Gap, err error) {
	gaps = map[string]inventory.Gap{}
	describe := ec2.NewFromConfig(c.regionConfig(c.listingRegion(), firstAttempts)).DescribeRegions
	asking, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := describe(asking, &ec2.DescribeRegionsInput{})
	if err == nil && len(out.Regions) == 0 {
		err = &notAnAnswer{"it names no region"} // every account has some
	}
	var enabled []string
	switch {
	case err == nil:
		for i := range out.Regions {
			name := aws.ToString(out.Regions[i].RegionName)
			if !inventory.IsRegion(name) {
				extra = &inventory.Gap{Operation: "ec2:DescribeRegions", Kind: inventory.Failed, Message: fmt.Sprintf("%q is not the name of a region: it was not read", words.Cut(name, mostName))}
				continue
			}
			enabled = append(enabled, name)
		}
	case ctx.Err() != nil:
		return nil, nil, nil, nil, setupError(ctx, &c.opts, err)
	case len(c.opts.Regions) > 0:
		c.opts.Warn("the list of enabled regions could not be read (" + gap(0, "ec2:DescribeRegions", err).Message + "): reading the regions that were asked for")
	default:
		g := gap(0, "ec2:DescribeRegions", err)
		if enabled = alwaysEnabled[c.caller.Partition]; enabled == nil || g.Kind == inventory.Unreachable {
			return nil, nil, nil, nil, &SetupError{
				Message: "the list of enabled regions could not be read: " + g.Message,
				Hint:    "name the regions with --region", Err: err,
			}
		}
		c.opts.Warn("the list of enabled regions could not be read (" + g.Message + "): reading those that every account has; name others with --region")
		g.Message = "regions beyond those that every account has are unknown: " + g.Message
		extra = &g
	}
	read = enabled
	if len(c.opts.Regions) > 0 {
		read = slices.Clone(c.opts.Regions)
		for _, name := range read {
			if err == nil && !slices.Contains(enabled, name) {
				gaps[name] = inventory.Gap{
					Part: inventory.PartGroups, Operation: "ec2:DescribeSecurityGroups", Kind: inventory.NotOptedIn,
					Message: "the region is not enabled for the account, or does not exist",
				}
			}
		}
	}
	read = slices.Clone(read)
	slices.Sort(read)
	read = slices.Compact(read)
	for _, name := range c.opts.ExcludeRegions {
		if i := slices.Index(read, name); i >= 0 {
			read = slices.Delete(read, i, i+1)
			skipped = append(skipped, name)
			delete(gaps, name)
		}
	}
	if len(read) == 0 && len(skipped) > 0 {
		return nil, nil, nil, nil, &SetupError{Message: "--exclude-region leaves no region to read", Hint: "drop one of them, or name a region with --region"}
	}
	return read, skipped, gaps, extra, nil
}
