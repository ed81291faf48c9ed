package awsclient

import (
	"context"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
)

// pageSize is the most that most calls of EC2 give at once.
const pageSize = 1000

func readGroups(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeSecurityGroups
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(pageSize), NextToken: token}, r.fast(scanGroups))
		if err != nil {
			return nil, err
		}
		for i := range out.SecurityGroups {
			r.addGroup(&out.SecurityGroups[i])
		}
		r.progress.page(r.region.Name, len(out.SecurityGroups))
		return out.NextToken, nil
	})
}

// addGroup turns one group into inventory. Only the list of groups touches
// Region.Groups while the region is read.
func (r *reader) addGroup(g *types.SecurityGroup) {
	group := inventory.Group{
		ID: r.names.of(g.GroupId), Name: aws.ToString(g.GroupName), VPC: r.names.of(g.VpcId), Owner: r.names.of(g.OwnerId),
		Description: aws.ToString(g.Description), Tags: r.tags(g.Tags),
	}
	for i := range g.IpPermissions {
		r.addRules(&group, inventory.Ingress, &g.IpPermissions[i])
	}
	for i := range g.IpPermissionsEgress {
		r.addRules(&group, inventory.Egress, &g.IpPermissionsEgress[i])
	}
	r.region.Groups = append(r.region.Groups, group)
}

// addRules makes a rule of each peer of a permission.
func (r *reader) addRules(g *inventory.Group, d inventory.Direction, p *types.IpPermission) {
	traffic, err := inventory.NewTraffic(aws.ToString(p.IpProtocol), p.FromPort, p.ToPort)
	if err != nil {
		r.oddity(inventory.PartGroups, "a rule of %s was not understood: %v", g.ID, err)
		return
	}
	add := func(peer inventory.Peer, description *string) {
		g.Rules = append(g.Rules, inventory.Rule{Direction: d, Traffic: traffic, Peer: peer, Description: r.names.of(description)})
	}
	addPrefix := func(text, description *string) {
		prefix, err := netip.ParsePrefix(aws.ToString(text))
		if err != nil {
			r.oddity(inventory.PartGroups, "a rule of %s names %q, which is no address prefix", g.ID, aws.ToString(text))
			return
		}
		add(inventory.PrefixPeer(prefix), description)
	}
	for i := range p.IpRanges {
		addPrefix(p.IpRanges[i].CidrIp, p.IpRanges[i].Description)
	}
	for i := range p.Ipv6Ranges {
		addPrefix(p.Ipv6Ranges[i].CidrIpv6, p.Ipv6Ranges[i].Description)
	}
	for i := range p.PrefixListIds {
		add(inventory.Peer{List: r.names.of(p.PrefixListIds[i].PrefixListId)}, p.PrefixListIds[i].Description)
	}
	for i := range p.UserIdGroupPairs {
		add(inventory.Peer{Group: r.reference(&p.UserIdGroupPairs[i])}, p.UserIdGroupPairs[i].Description)
	}
}

func (r *reader) reference(x *types.UserIdGroupPair) *inventory.GroupRef {
	return &inventory.GroupRef{
		ID: r.names.of(x.GroupId), Account: r.names.of(x.UserId), VPC: r.names.of(x.VpcId),
		Peering: r.names.of(x.VpcPeeringConnectionId), Status: r.names.of(x.PeeringStatus),
	}
}

func (r *reader) tags(tags []types.Tag) []inventory.Tag {
	if len(tags) == 0 {
		return nil
	}
	list := make([]inventory.Tag, len(tags))
	for i := range tags {
		list[i] = inventory.Tag{Key: r.names.of(tags[i].Key), Value: r.names.of(tags[i].Value)}
	}
	return list
}
