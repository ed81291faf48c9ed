package awsclient

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
)

// pageSize is the most that most calls of EC2 give at once.
const pageSize = 1000

var groupDecoders = decoders[inventory.Group, ec2.DescribeSecurityGroupsOutput]{scanGroups, convertGroups}

// readGroups is the only list that touches Region.Groups while the region is
// read.
func readGroups(ctx context.Context, r *reader, limit *rate.Limiter) error {
	var read pages[inventory.Group]
	defer func() {
		groups, contradictory := inventory.JoinGroups(read.all)
		r.region.Groups = groups
		for _, id := range contradictory {
			r.oddity(inventory.PartGroups, "%s came more than once, with a different name, VPC, owner or description", id)
		}
	}()
	defer r.counts.end()
	_, err := chain(ctx, limit, 0, func(ctx context.Context, token *string) (page[inventory.Group], error) {
		in := &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		return ask(ctx, r, r.client.DescribeSecurityGroups, in, groupDecoders)
	}, func(p page[inventory.Group]) {
		r.oddities(inventory.PartGroups, p.odd)
		if r.region.Asked.Has(inventory.PartRules) {
			for i := range p.items {
				r.counts.add(ruleCount{p.items[i].ID, len(p.items[i].Rules)})
			}
		}
		read.add(p.items)
		r.progress.page(r.region.Name, len(p.items))
	})
	return err
}

// groupDraft gathers the rules of one group. EC2 gives them as permissions,
// each of them one traffic for several peers.
type groupDraft struct {
	rules []inventory.Rule // the traffic of the last permission is not known yet
	wrong []string         // what is wrong with a rule, as the end of a sentence

	ingress, egress bool // whether the answer has the element of each direction

	doneRules, doneWrong int // of the permissions before
}

func (d *groupDraft) begin() { *d = groupDraft{rules: d.rules[:0]} }

// peer adds a peer that is a group or a prefix list, by its id, or a prefix.
func (d *groupDraft) peer(p inventory.Peer, description string) {
	switch x := p.Group; {
	case x != nil && x.ID == "" || p == (inventory.Peer{}):
		d.wrong = append(d.wrong, "names a security group or a prefix list without an id")
		return
	case x != nil && !(inventory.IsGroupID(x.ID) && emptyOr(inventory.IsOwner, x.Account) && emptyOr(inventory.IsVPCID, x.VPC) && emptyOr(isAnyID, x.Peering)):
		d.wrong = append(d.wrong, fmt.Sprintf("names %q of %q, %q, %q, one of which is not an AWS id", cut(x.ID, mostName), cut(x.Account, mostName), cut(x.VPC, mostName), cut(x.Peering, mostName)))
		return
	case p.List != "" && !inventory.IsPrefixListID(p.List):
		d.wrong = append(d.wrong, fmt.Sprintf("names the prefix list %q, which is not an AWS id", cut(p.List, mostName)))
		return
	}
	d.rules = append(d.rules, inventory.Rule{Peer: p, Description: description})
}

// emptyOr reports whether a text is left out or has a form.
func emptyOr(form func(string) bool, text string) bool { return text == "" || form(text) }

// isAnyID reports whether a text has the form of an id of whatever kind.
func isAnyID(text string) bool { return inventory.IsID("", text) }

// address adds a peer that is a prefix, or says that the text is none.
func (d *groupDraft) address(text []byte, description string) {
	prefix, err := parsePrefix(text)
	if err != nil {
		d.wrong = append(d.wrong, fmt.Sprintf("names %q, which is not an address prefix", text))
		return
	}
	d.peer(inventory.PrefixPeer(prefix), description)
}

// permission ends one: its traffic is that of all peers since the last one.
func (d *groupDraft) permission(direction inventory.Direction, protocol string, from, to *int32) {
	traffic, err := inventory.NewTraffic(protocol, from, to)
	if err != nil {
		d.rules = d.rules[:d.doneRules]
		d.wrong = append(d.wrong[:d.doneWrong], "was not understood: "+err.Error())
	}
	for i := range d.rules[d.doneRules:] {
		r := &d.rules[d.doneRules+i]
		r.Direction, r.Traffic = direction, traffic
	}
	d.doneRules, d.doneWrong = len(d.rules), len(d.wrong)
}

// end adds the group to a page, and says what is wrong with its rules now that
// its id is known. Nothing could name a group without an id. EC2 sends the
// permissions of both directions for every group, as an empty element where
// there are none: a group without one of them was not answered whole.
func (d *groupDraft) end(p *page[inventory.Group], g inventory.Group) {
	switch {
	case g.ID == "":
		p.oddity("a security group has no id")
		return
	case !inventory.IsGroupID(g.ID):
		p.oddity("a security group has the id %q, which is not an AWS id", cut(g.ID, mostName))
		return
	case !emptyOr(inventory.IsOwner, g.Owner) || !emptyOr(inventory.IsVPCID, g.VPC):
		p.oddity("%s has the owner %q and the VPC %q, one of which is not an AWS id", g.ID, cut(g.Owner, mostName), cut(g.VPC, mostName))
		return
	}
	for _, text := range d.wrong {
		p.oddity("a rule of %s %s", g.ID, text)
	}
	if !d.ingress {
		p.oddity("%s came without the element ipPermissions: its ingress rules are unknown", g.ID)
	}
	if !d.egress {
		p.oddity("%s came without the element ipPermissionsEgress: its egress rules are unknown", g.ID)
	}
	p.items = append(p.items, g)
}

// convertGroups makes a page of what the SDK decoded.
func convertGroups(names *interner, out *ec2.DescribeSecurityGroupsOutput, p *page[inventory.Group]) {
	p.next = out.NextToken
	var d groupDraft
	for i := range out.SecurityGroups {
		g := &out.SecurityGroups[i]
		d.begin()
		// The SDK makes an empty list of an empty element, and nil of none.
		d.ingress, d.egress = g.IpPermissions != nil, g.IpPermissionsEgress != nil
		d.convert(names, inventory.Ingress, g.IpPermissions)
		d.convert(names, inventory.Egress, g.IpPermissionsEgress)
		d.end(p, inventory.Group{
			ID: names.of(g.GroupId), Name: aws.ToString(g.GroupName), VPC: names.of(g.VpcId), Owner: names.of(g.OwnerId),
			Description: aws.ToString(g.Description), Tags: convertTags(names, g.Tags), Rules: kept(d.rules),
		})
	}
}

// kept is a copy of a list, nil of an empty one.
func kept[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

func (d *groupDraft) convert(names *interner, direction inventory.Direction, permissions []types.IpPermission) {
	for i := range permissions {
		p := &permissions[i]
		for k := range p.IpRanges {
			d.address([]byte(aws.ToString(p.IpRanges[k].CidrIp)), names.of(p.IpRanges[k].Description))
		}
		for k := range p.Ipv6Ranges {
			d.address([]byte(aws.ToString(p.Ipv6Ranges[k].CidrIpv6)), names.of(p.Ipv6Ranges[k].Description))
		}
		for k := range p.PrefixListIds {
			d.peer(inventory.Peer{List: names.of(p.PrefixListIds[k].PrefixListId)}, names.of(p.PrefixListIds[k].Description))
		}
		for k := range p.UserIdGroupPairs {
			x := &p.UserIdGroupPairs[k]
			d.peer(inventory.Peer{Group: convertReference(names, x)}, names.of(x.Description))
		}
		d.permission(direction, aws.ToString(p.IpProtocol), p.FromPort, p.ToPort)
	}
}

func convertReference(names *interner, x *types.UserIdGroupPair) *inventory.GroupRef {
	return &inventory.GroupRef{
		ID: names.of(x.GroupId), Account: names.of(x.UserId), VPC: names.of(x.VpcId),
		Peering: names.of(x.VpcPeeringConnectionId), Status: names.of(x.PeeringStatus),
	}
}

func convertTags(names *interner, tags []types.Tag) []inventory.Tag {
	if len(tags) == 0 {
		return nil
	}
	list := make([]inventory.Tag, len(tags))
	for i := range tags {
		list[i] = inventory.Tag{Key: names.of(tags[i].Key), Value: names.of(tags[i].Value)}
	}
	return list
}
