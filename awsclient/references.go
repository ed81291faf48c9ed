package awsclient

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

func readAssociations(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeSecurityGroupVpcAssociations
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeSecurityGroupVpcAssociationsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.SecurityGroupVpcAssociations {
			a := &out.SecurityGroupVpcAssociations[i]
			group, ok := r.id(inventory.PartAssociations, "the security group of a VPC association", a.GroupId)
			vpc, also := r.id(inventory.PartAssociations, "the VPC of a security group's association", a.VpcId)
			if !ok || !also {
				continue
			}
			r.region.Associations = append(r.region.Associations, inventory.Association{
				Group: group, VPC: vpc, VPCOwner: ec2xml.Shared(a.VpcOwnerId), State: string(a.State),
			})
		}
		return out.NextToken, nil
	})
}

const (
	stalePage   = 255 // most of a page of stale groups
	staleAtOnce = 4
)

// readStale asks VPC by VPC, as the API wants it; but only those that can
// have stale rules: where a rule names a group that is not in its own VPC.
func readStale(ctx context.Context, r *reader, limit *rate.Limiter) error {
	r.after(inventory.PartGroups)
	describe := r.client.DescribeStaleSecurityGroups
	var g errgroup.Group
	g.SetLimit(staleAtOnce)
	for _, vpc := range r.vpcsWithForeignReferences() {
		g.Go(func() error {
			return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
				out, err := describe(ctx, &ec2.DescribeStaleSecurityGroupsInput{VpcId: &vpc, MaxResults: aws.Int32(stalePage), NextToken: token})
				if err != nil {
					return nil, err
				}
				for i := range out.StaleSecurityGroupSet {
					s := &out.StaleSecurityGroupSet[i]
					if id, ok := r.id(inventory.PartStale, "a security group with stale rules", s.GroupId); ok {
						r.addStale(id, inventory.Ingress, s.StaleIpPermissions)
						r.addStale(id, inventory.Egress, s.StaleIpPermissionsEgress)
					}
				}
				return out.NextToken, nil
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
			r.oddity(inventory.PartStale, "a stale rule of %s was not understood: %v", group, err)
			continue
		}
		r.mu.Lock()
		for k := range p.UserIdGroupPairs {
			r.region.Stale = append(r.region.Stale, inventory.StaleReference{Group: group, Direction: d, Traffic: traffic, Peer: *ec2xml.Reference(&p.UserIdGroupPairs[k])})
		}
		r.mu.Unlock()
	}
}

const templatePage = 200 // most of a page of launch template versions

// readLaunchTemplates sweeps the two versions of each template that new
// instances would be started from.
func readLaunchTemplates(ctx context.Context, r *reader, limit *rate.Limiter) error {
	found := map[string]*inventory.LaunchTemplate{}
	describe := r.client.DescribeLaunchTemplateVersions
	err := everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
			Versions: []string{"$Latest", "$Default"}, MaxResults: aws.Int32(templatePage), NextToken: token, IncludeManagedResources: aws.Bool(true),
		})
		if err != nil {
			return nil, err
		}
		for i := range out.LaunchTemplateVersions {
			v := &out.LaunchTemplateVersions[i]
			id, ok := r.id(inventory.PartLaunchTemplates, "a launch template", v.LaunchTemplateId)
			if !ok {
				continue
			}
			t := found[id]
			if t == nil {
				t = &inventory.LaunchTemplate{ID: id, Name: aws.ToString(v.LaunchTemplateName)}
				found[id] = t
			}
			if d := v.LaunchTemplateData; d != nil {
				t.Groups, t.GroupNames = append(t.Groups, d.SecurityGroupIds...), append(t.GroupNames, d.SecurityGroups...)
				for k := range d.NetworkInterfaces {
					t.Groups = append(t.Groups, d.NetworkInterfaces[k].Groups...)
				}
			}
		}
		return out.NextToken, nil
	})
	for _, t := range found {
		r.region.LaunchTemplates = append(r.region.LaunchTemplates, *t)
	}
	return err
}

// addEndpoint is called by several lists at once.
func (r *reader) addEndpoint(text, vpc *string, service string, groups []string) {
	id, ok := r.id(inventory.PartEndpoints, "an endpoint of "+service, text)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.region.Endpoints = append(r.region.Endpoints, inventory.Endpoint{ID: id, VPC: ec2xml.Shared(vpc), Service: service, Groups: groups})
}

func readVPCEndpoints(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeVpcEndpoints
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeVpcEndpointsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.VpcEndpoints {
			e := &out.VpcEndpoints[i]
			var groups []string
			for k := range e.Groups {
				groups = append(groups, ec2xml.Shared(e.Groups[k].GroupId))
			}
			r.addEndpoint(e.VpcEndpointId, e.VpcId, aws.ToString(e.ServiceName), groups)
		}
		return out.NextToken, nil
	})
}

func readClientVPNEndpoints(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeClientVpnEndpoints
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeClientVpnEndpointsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.ClientVpnEndpoints {
			e := &out.ClientVpnEndpoints[i]
			r.addEndpoint(e.ClientVpnEndpointId, e.VpcId, "client-vpn", e.SecurityGroupIds)
		}
		return out.NextToken, nil
	})
}

func readVerifiedAccessEndpoints(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeVerifiedAccessEndpoints
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeVerifiedAccessEndpointsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.VerifiedAccessEndpoints {
			e := &out.VerifiedAccessEndpoints[i]
			r.addEndpoint(e.VerifiedAccessEndpointId, nil, "verified-access", e.SecurityGroupIds)
		}
		return out.NextToken, nil
	})
}

const connectPage = 50 // most of a page of EC2 Instance Connect endpoints

func readInstanceConnectEndpoints(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeInstanceConnectEndpoints
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeInstanceConnectEndpointsInput{MaxResults: aws.Int32(connectPage), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.InstanceConnectEndpoints {
			e := &out.InstanceConnectEndpoints[i]
			r.addEndpoint(e.InstanceConnectEndpointId, e.VpcId, "instance-connect", e.SecurityGroupIds)
		}
		return out.NextToken, nil
	})
}
