package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

// pageSize is the most that most calls of EC2 give at once.
const pageSize = 1000

// readGroups is the only list that touches Region.Groups while the region is
// read.
func readGroups(ctx context.Context, r *reader, p *pager) error {
	var read pages[inventory.Group]
	defer func() {
		groups, contradictory := inventory.JoinGroups(read.all)
		r.region.Groups = groups
		for _, id := range contradictory {
			r.malformed(inventory.PartGroups, "%s came more than once, with a different name, VPC, owner or description", id)
		}
	}()
	defer r.counts.end()
	_, err := chain(ctx, p, 0, func(ctx context.Context, token *string) (ec2xml.Page[inventory.Group], error) {
		in := &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		return ask(ctx, r, r.ec2.DescribeSecurityGroups, in, groupDecoders)
	}, func(p ec2xml.Page[inventory.Group]) {
		r.allMalformed(inventory.PartGroups, p.Malformed)
		if r.region.Asked.Has(inventory.PartRules) {
			for i := range p.Items {
				r.counts.add(ruleCount{p.Items[i].ID, len(p.Items[i].Rules)})
			}
		}
		read.add(p.Items)
		r.progress.page(r.region, len(p.Items))
	})
	return err
}
