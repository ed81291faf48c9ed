package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/inventory"
)

const templatePage = 200 // most of a page of launch template versions

// readLaunchTemplates sweeps the two versions of each template that new
// instances would be started from.
func readLaunchTemplates(ctx context.Context, r *reader, p *pager) error {
	templates := map[string]*inventory.LaunchTemplate{}
	err := list(ctx, p, r.ec2.DescribeLaunchTemplateVersions,
		func(token *string) *ec2.DescribeLaunchTemplateVersionsInput {
			return &ec2.DescribeLaunchTemplateVersionsInput{
				Versions: []string{"$Latest", "$Default"}, MaxResults: aws.Int32(templatePage), NextToken: token, IncludeManagedResources: aws.Bool(true),
			}
		},
		func(out *ec2.DescribeLaunchTemplateVersionsOutput) ([]types.LaunchTemplateVersion, *string) {
			return out.LaunchTemplateVersions, out.NextToken
		},
		func(v *types.LaunchTemplateVersion) {
			id, ok := r.id(inventory.PartLaunchTemplates, "a launch template", v.LaunchTemplateId)
			if !ok {
				return
			}
			t := templates[id]
			if t == nil {
				t = &inventory.LaunchTemplate{ID: id, Name: aws.ToString(v.LaunchTemplateName)}
				templates[id] = t
			}
			if d := v.LaunchTemplateData; d != nil {
				t.Groups, t.GroupNames = append(t.Groups, d.SecurityGroupIds...), append(t.GroupNames, d.SecurityGroups...)
				for k := range d.NetworkInterfaces {
					t.Groups = append(t.Groups, d.NetworkInterfaces[k].Groups...)
				}
			}
		})
	for _, t := range templates {
		r.region.LaunchTemplates = append(r.region.LaunchTemplates, *t)
	}
	return err
}
