package awsclient

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

func readAssociations(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeSecurityGroupVpcAssociations,
		func(token *string) *ec2.DescribeSecurityGroupVpcAssociationsInput {
			return &ec2.DescribeSecurityGroupVpcAssociationsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeSecurityGroupVpcAssociationsOutput) ([]types.SecurityGroupVpcAssociation, *string) {
			return out.SecurityGroupVpcAssociations, out.NextToken
		},
		func(a *types.SecurityGroupVpcAssociation) {
			group, ok := r.id(inventory.PartAssociations, "the security group of a VPC association", a.GroupId)
			vpc, also := r.id(inventory.PartAssociations, "the VPC of a security group's association", a.VpcId)
			if ok && also {
				r.region.Associations = append(r.region.Associations, inventory.Association{
					Group: group, VPC: vpc, VPCOwner: ec2xml.Shared(a.VpcOwnerId), State: string(a.State),
				})
			}
		})
}

const (
	stalePage   = 255 // most of a page of stale groups
	staleAtOnce = 4
)

// readStale asks VPC by VPC, as the API wants it; but only those that can
// have stale rules: where a rule names a group that is not in its own VPC.
func readStale(ctx context.Context, r *reader, p *pager) error {
	r.after(inventory.PartGroups)
	var g errgroup.Group
	g.SetLimit(staleAtOnce)
	for _, vpc := range r.vpcsWithForeignReferences() {
		g.Go(func() error {
			return list(ctx, p, r.ec2.DescribeStaleSecurityGroups,
				func(token *string) *ec2.DescribeStaleSecurityGroupsInput {
					return &ec2.DescribeStaleSecurityGroupsInput{VpcId: &vpc, MaxResults: aws.Int32(stalePage), NextToken: token}
				},
				func(out *ec2.DescribeStaleSecurityGroupsOutput) ([]types.StaleSecurityGroup, *string) {
					return out.StaleSecurityGroupSet, out.NextToken
				},
				func(s *types.StaleSecurityGroup) {
					if id, ok := r.id(inventory.PartStale, "a security group with stale rules", s.GroupId); ok {
						r.addStale(id, inventory.Ingress, s.StaleIpPermissions)
						r.addStale(id, inventory.Egress, s.StaleIpPermissionsEgress)
					}
				})
		})
	}
	return g.Wait()
}

// vpcsWithForeignReferences returns the VPCs of groups with a rule that names
// a group of another VPC, or one that is not there, sorted.
func (r *reader) vpcsWithForeignReferences() []string {
	home := make(map[string]string, len(r.region.Groups))
	for i := range r.region.Groups {
		home[r.region.Groups[i].ID] = r.region.Groups[i].VPC
	}
	var vpcs []string
	for i := range r.region.Groups {
		g := &r.region.Groups[i]
		if g.VPC != "" && slices.ContainsFunc(g.Rules, func(rule inventory.Rule) bool {
			return rule.Peer.Group != nil && home[rule.Peer.Group.ID] != g.VPC
		}) {
			vpcs = append(vpcs, g.VPC)
		}
	}
	slices.Sort(vpcs)
	return slices.Compact(vpcs)
}

func (r *reader) addStale(group string, d inventory.Direction, permissions []types.StaleIpPermission) {
	for i := range permissions {
		p := &permissions[i]
		traffic, err := inventory.NewTraffic(aws.ToString(p.IpProtocol), p.FromPort, p.ToPort)
		if err != nil {
			r.malformed(inventory.PartStale, "a stale rule of %s was not understood: %v", group, err)
			continue
		}
		r.mu.Lock()
		for k := range p.UserIdGroupPairs {
			r.region.Stale = append(r.region.Stale, inventory.StaleReference{Group: group, Direction: d, Traffic: traffic, Peer: *ec2xml.Reference(&p.UserIdGroupPairs[k])})
		}
		r.mu.Unlock()
	}
}
