package awsclient

import (
	"context"
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
	rulesAtOnce     = 8   // partitions of the rules that are read side by side
)

// readRules reads the ids and the tags of rules, for ruleDetails.join. The
// list is flat and long. Where one page does not hold it, the rest is read in
// partitions side by side: each by the ids of as many groups as should fill
// one page.
func readRules(ctx context.Context, r *reader, limit *rate.Limiter) error {
	found := &r.details
	whole := true
	err := everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		next, err := r.pageOfRules(ctx, found, token, nil)
		whole = next == nil || *next == ""
		return nil, err
	})
	if err != nil {
		return err
	}
	if whole {
		return nil
	}
	r.after(inventory.PartGroups)
	var g errgroup.Group
	g.SetLimit(rulesAtOnce)
	for _, ids := range partitions(r.region.Groups) {
		g.Go(func() error {
			return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
				return r.pageOfRules(ctx, found, token, ids)
			})
		})
	}
	return g.Wait()
}

// partitions cuts the groups into sets whose rules should fit one page.
func partitions(groups []inventory.Group) [][]string {
	var sets [][]string
	var ids []string
	rules := 0
	for i := range groups {
		g := &groups[i]
		if len(g.Rules) == 0 {
			continue
		}
		if len(ids) == maxFilterValues || rules+len(g.Rules) > pageSize && len(ids) > 0 {
			sets, ids, rules = append(sets, ids), nil, 0
		}
		ids, rules = append(ids, g.ID), rules+len(g.Rules)
	}
	if len(ids) > 0 {
		sets = append(sets, ids)
	}
	return sets
}

func (r *reader) pageOfRules(ctx context.Context, found *ruleDetails, token *string, groups []string) (*string, error) {
	in := &ec2.DescribeSecurityGroupRulesInput{MaxResults: aws.Int32(pageSize), NextToken: token}
	if groups != nil {
		in.Filters = []types.Filter{{Name: aws.String("group-id"), Values: groups}}
	}
	describe := r.client.DescribeSecurityGroupRules
	out, err := describe(ctx, in, r.fast(scanRules))
	if err != nil {
		return nil, err
	}
	for i := range out.SecurityGroupRules {
		r.addDetail(found, &out.SecurityGroupRules[i])
	}
	return out.NextToken, nil
}

// ruleDetails keeps what only the list of rules tells, by group and by the
// text that identifies a rule in it.
type ruleDetails struct {
	mu sync.Mutex
	of map[string]map[string]ruleDetail
}

type ruleDetail struct {
	ids  []string
	tags []inventory.Tag
}

func (r *reader) addDetail(found *ruleDetails, x *types.SecurityGroupRule) {
	group := r.names.of(x.GroupId)
	traffic, err := inventory.NewTraffic(aws.ToString(x.IpProtocol), x.FromPort, x.ToPort)
	if err != nil {
		r.oddity(inventory.PartRules, "%s of %s was not understood: %v", aws.ToString(x.SecurityGroupRuleId), group, err)
		return
	}
	rule := inventory.Rule{Traffic: traffic}
	if aws.ToBool(x.IsEgress) {
		rule.Direction = inventory.Egress
	}
	switch {
	case x.ReferencedGroupInfo != nil:
		rule.Peer.Group = &inventory.GroupRef{ID: aws.ToString(x.ReferencedGroupInfo.GroupId)}
	case x.PrefixListId != nil:
		rule.Peer.List = *x.PrefixListId
	default:
		text := aws.ToString(x.CidrIpv4)
		if text == "" {
			text = aws.ToString(x.CidrIpv6)
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			r.oddity(inventory.PartRules, "%s of %s names %q, which is no address prefix", aws.ToString(x.SecurityGroupRuleId), group, text)
			return
		}
		rule.Peer = inventory.PrefixPeer(prefix)
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	rules := found.of[group]
	if found.of == nil {
		found.of = map[string]map[string]ruleDetail{}
	}
	if rules == nil {
		rules = map[string]ruleDetail{}
		found.of[group] = rules
	}
	d := rules[rule.String()]
	if id := aws.ToString(x.SecurityGroupRuleId); id != "" && !slices.Contains(d.ids, id) {
		d.ids, d.tags = append(d.ids, id), append(d.tags, r.tags(x.Tags)...)
	}
	rules[rule.String()] = d
}

// join gives each rule its ids and tags, once every list has ended. Rules that came or went between the
// two calls keep none.
func (d *ruleDetails) join(groups []inventory.Group) {
	for i := range groups {
		details := d.of[groups[i].ID]
		if details == nil {
			continue
		}
		for k := range groups[i].Rules {
			rule := &groups[i].Rules[k]
			detail := details[rule.String()]
			rule.IDs, rule.Tags = slices.Clone(detail.ids), slices.Clone(detail.tags)
		}
	}
}
