package awsclient

import (
	"context"
	"errors"
	"iter"
	"net/netip"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
)

const (
	maxFilterValues = 200 // of one filter of EC2
	rulesAtOnce     = 16  // partitions of the rules that are read side by side
)

// readRules reads the ids and the tags of rules, for ruleDetails.join. The
// list is flat and long. Where one page does not hold it, the rest is read in
// partitions side by side: each by the ids of as many groups as should fill
// one page, as soon as so many groups have been read. An endpoint that ignores
// the filter is read page by page.
func readRules(ctx context.Context, r *reader, limit *rate.Limiter) error {
	list := func(ctx context.Context, first *string, most int, groups []string) (rest *string, err error) {
		return chain(ctx, limit, most, func(ctx context.Context, token *string) (page[ruleDetail], error) {
			if token == nil {
				token = first
			}
			in := &ec2.DescribeSecurityGroupRulesInput{MaxResults: aws.Int32(pageSize), NextToken: token}
			if groups != nil {
				in.Filters = []types.Filter{{Name: aws.String("group-id"), Values: groups}}
			}
			p, err := ask(ctx, r, r.client.DescribeSecurityGroupRules, in, ruleDecoders)
			if err == nil && groups != nil && !allOf(p.items, groups) {
				return page[ruleDetail]{}, errOtherItems
			}
			return p, err
		}, func(p page[ruleDetail]) {
			r.oddities(inventory.PartRules, p.odd)
			r.details.add(p.items)
		})
	}
	rest, err := list(ctx, nil, 1, nil)
	if err != nil || rest == nil {
		return err
	}
	g, all := errgroup.WithContext(ctx)
	g.SetLimit(rulesAtOnce)
	for ids := range partitions(r.counts.each()) {
		if all.Err() != nil {
			break
		}
		g.Go(func() error {
			_, err := list(all, nil, 0, ids)
			return err
		})
	}
	err = g.Wait()
	if errors.Is(err, errOtherItems) {
		_, err = list(ctx, rest, 0, nil)
	}
	return err
}

// allOf reports whether all rules are of the groups. Rules of one group stand
// together.
func allOf(rules []ruleDetail, groups []string) bool {
	last := ""
	for i := range rules {
		if group := rules[i].group; group != last {
			if !slices.Contains(groups, group) {
				return false
			}
			last = group
		}
	}
	return true
}

// ruleCount is how many rules a group has.
type ruleCount struct {
	group string
	rules int
}

// partitions cuts the groups into sets whose rules should fit one page.
func partitions(groups iter.Seq[ruleCount]) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		var ids []string
		rules := 0
		for g := range groups {
			if g.rules == 0 {
				continue
			}
			if len(ids) == maxFilterValues || rules+g.rules > pageSize && len(ids) > 0 {
				if !yield(ids) {
					return
				}
				ids, rules = nil, 0
			}
			ids, rules = append(ids, g.group), rules+g.rules
		}
		if len(ids) > 0 {
			yield(ids)
		}
	}
}

var ruleDecoders = decoders[ruleDetail, ec2.DescribeSecurityGroupRulesOutput]{scanRules, convertRules}

// ruleDetail is one rule of the flat list: what identifies it, and what that
// list alone tells.
type ruleDetail struct {
	ruleKey
	id   string
	tags []inventory.Tag
}

// ruleKey identifies a rule in its region, as the text of a rule does in its
// group.
type ruleKey struct {
	group     string
	direction inventory.Direction
	traffic   inventory.Traffic
	prefix    netip.Prefix
	ref, list string
}

func keyOf(group string, r *inventory.Rule) ruleKey {
	key := ruleKey{group: group, direction: r.Direction, traffic: r.Traffic, prefix: r.Peer.Prefix, list: r.Peer.List}
	if r.Peer.Group != nil {
		key.ref = r.Peer.Group.ID
	}
	return key
}

// ruleDraft is a rule as the list has it.
type ruleDraft struct {
	id, group, protocol string
	egress              bool
	from, to            *int32
	ref, list           optionalText
	ipv4, ipv6          []byte
}

// end adds the rule to a page, or what is wrong with it.
func (d *ruleDraft) end(p *page[ruleDetail], text func([]byte) string, tags []inventory.Tag) {
	if d.id == "" || d.group == "" {
		p.oddity("a security group rule has no id, or names no group")
		return
	}
	if !inventory.IsRuleID(d.id) || !inventory.IsGroupID(d.group) {
		p.oddity("a security group rule has the id %q and the group %q, one of which is not an AWS id", cut(d.id, mostName), cut(d.group, mostName))
		return
	}
	traffic, err := inventory.NewTraffic(d.protocol, d.from, d.to)
	if err != nil {
		p.oddity("%s of %s was not understood: %v", d.id, d.group, err)
		return
	}
	key := ruleKey{group: d.group, traffic: traffic}
	if d.egress {
		key.direction = inventory.Egress
	}
	switch {
	case d.ref.here:
		key.ref = text(d.ref.text)
	case d.list.here:
		key.list = text(d.list.text)
	default:
		source := d.ipv4
		if len(source) == 0 {
			source = d.ipv6
		}
		prefix, err := parsePrefix(source)
		if err != nil {
			p.oddity("%s of %s names %q, which is not an address prefix", d.id, d.group, source)
			return
		}
		key.prefix = inventory.PrefixPeer(prefix).Prefix
	}
	p.items = append(p.items, ruleDetail{key, d.id, tags})
}

// convertRules makes a page of what the SDK decoded.
func convertRules(names *interner, out *ec2.DescribeSecurityGroupRulesOutput, p *page[ruleDetail]) {
	p.next = out.NextToken
	for i := range out.SecurityGroupRules {
		x := &out.SecurityGroupRules[i]
		d := ruleDraft{
			id: aws.ToString(x.SecurityGroupRuleId), group: names.of(x.GroupId), protocol: aws.ToString(x.IpProtocol), egress: aws.ToBool(x.IsEgress),
			from: x.FromPort, to: x.ToPort, list: optional(x.PrefixListId), ipv4: optional(x.CidrIpv4).text, ipv6: optional(x.CidrIpv6).text,
		}
		if x.ReferencedGroupInfo != nil {
			d.ref = optionalText{optional(x.ReferencedGroupInfo.GroupId).text, true}
		}
		d.end(p, func(text []byte) string { return string(text) }, convertTags(names, x.Tags))
	}
}

// ruleDetails keeps what only the list of rules tells.
type ruleDetails struct {
	mu sync.Mutex
	of map[ruleKey]idsAndTags
}

type idsAndTags struct {
	ids  []string
	tags []inventory.Tag
}

// add takes a page. Some rules come twice, with the first page and with a
// partition; Normalize drops what that repeats.
func (d *ruleDetails) add(rules []ruleDetail) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.of == nil {
		d.of = make(map[ruleKey]idsAndTags, len(rules))
	}
	for i := range rules {
		r := &rules[i]
		known := d.of[r.ruleKey]
		d.of[r.ruleKey] = idsAndTags{append(known.ids, r.id), append(known.tags, r.tags...)}
	}
}

// join gives each rule its ids and tags, once every list has ended. Rules that
// came or went between the two calls keep none.
func (d *ruleDetails) join(groups []inventory.Group) {
	if len(d.of) == 0 {
		return
	}
	for i := range groups {
		for k := range groups[i].Rules {
			rule := &groups[i].Rules[k]
			known := d.of[keyOf(groups[i].ID, rule)]
			rule.IDs, rule.Tags = slices.Clone(known.ids), slices.Clone(known.tags)
		}
	}
}
