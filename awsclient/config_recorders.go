package awsclient

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"github.com/sgaudit/sgaudit/inventory"
)

// readRecorders reads the configuration recorder of AWS Config, then whether
// it runs. Without a name both answer with the customer's own one.
func readRecorders(ctx context.Context, r *reader, p *pager) error {
	client := configservice.NewFromConfig(r.config)
	states := map[string]configtypes.ConfigurationRecorderStatus{}
	err := p.once(ctx, func(ctx context.Context) error {
		out, err := client.DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
		if err != nil {
			return err
		}
		for _, s := range out.ConfigurationRecordersStatus {
			states[aws.ToString(s.Name)] = s
		}
		return nil
	})
	if err != nil {
		return operationError{"config:DescribeConfigurationRecorderStatus", err}
	}
	return p.once(ctx, func(ctx context.Context) error {
		out, err := client.DescribeConfigurationRecorders(ctx, &configservice.DescribeConfigurationRecordersInput{})
		if err != nil {
			return err
		}
		for i := range out.ConfigurationRecorders {
			c := &out.ConfigurationRecorders[i]
			if c.RecordingScope == configtypes.RecordingScopeInternal {
				continue
			}
			name, ok := r.name(inventory.PartRecorders, "a configuration recorder", c.Name)
			if !ok {
				continue
			}
			recorder := inventory.Recorder{
				Name: name, Recording: states[name].Recording, Failing: states[name].LastStatus == configtypes.RecorderStatusFailure,
				Groups: recordsGroups(c.RecordingGroup),
			}
			recorder.AllTypes, recorder.Except = recordsAll(c.RecordingGroup)
			if at := states[name].LastStartTime; at != nil && at.Year() > 1 {
				recorder.Since = at.UTC().Format(time.DateOnly)
			}
			r.region.Recorders = append(r.region.Recorders, recorder)
		}
		return nil
	})
}

// recordsGroups reports whether security groups are among the types recorded.
func recordsGroups(g *configtypes.RecordingGroup) bool {
	const groups = configtypes.ResourceTypeSecurityGroup
	all, except := recordsAll(g)
	if all {
		return !slices.Contains(except, string(groups))
	}
	return slices.Contains(g.ResourceTypes, groups)
}

// recordsAll reports whether every type is recorded that AWS Config supports, and
// which are left out. The strategy decides; older recorders have none (AWS Config
// API reference, "RecordingGroup").
func recordsAll(g *configtypes.RecordingGroup) (all bool, except []string) {
	if g == nil {
		return true, nil // every type is the default
	}
	strategy := configtypes.RecordingStrategyType("")
	if g.RecordingStrategy != nil {
		strategy = g.RecordingStrategy.UseOnly
	}
	switch {
	case strategy == configtypes.RecordingStrategyTypeExclusionByResourceTypes:
		if g.ExclusionByResourceTypes != nil {
			for _, t := range g.ExclusionByResourceTypes.ResourceTypes {
				except = append(except, string(t))
			}
		}
		return true, except
	case g.AllSupported || strategy == configtypes.RecordingStrategyTypeAllSupportedResourceTypes:
		return true, nil
	}
	return false, nil
}
