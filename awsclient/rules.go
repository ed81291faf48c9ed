package awsclient

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
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
func readRules(ctx context.Context, r *reader, p *pager) error {
	list := func(ctx context.Context, first *string, most int, groups []string) (rest *string, err error) {
		return chain(ctx, p, most, func(ctx context.Context, token *string) (ec2xml.Page[ec2xml.Rule], error) {
			if token == nil {
				token = first
			}
			in := &ec2.DescribeSecurityGroupRulesInput{MaxResults: aws.Int32(pageSize), NextToken: token}
			if groups != nil {
				in.Filters = []types.Filter{{Name: aws.String("group-id"), Values: groups}}
			}
			p, err := ask(ctx, r, r.ec2.DescribeSecurityGroupRules, in, ruleDecoders)
			if err == nil && groups != nil && !allOf(p.Items, groups) {
				return ec2xml.Page[ec2xml.Rule]{}, errOtherItems
			}
			return p, err
		}, func(p ec2xml.Page[ec2xml.Rule]) {
			r.allMalformed(inventory.PartRules, p.Malformed)
			r.details.add(p.Items)
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
func allOf(rules []ec2xml.Rule, groups []string) bool {
	last := ""
	for i := range rules {
		if group := rules[i].Group; group != last {
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

// partitions cuts the groups into sets: the rules of a set should fit one page.
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

// ruleDetails keeps what only the list of rules has.
type ruleDetails struct {
	mu sync.Mutex
	of map[ec2xml.RuleKey]idsAndTags
}

type idsAndTags struct {
	ids  []string
	tags []inventory.Tag
}

// add takes a page. Some rules come twice, with the first page and with a
// partition; Normalize drops what that repeats.
func (d *ruleDetails) add(rules []ec2xml.Rule) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.of == nil {
		d.of = make(map[ec2xml.RuleKey]idsAndTags, len(rules))
	}
	for i := range rules {
		r := &rules[i]
		known := d.of[r.RuleKey]
		d.of[r.RuleKey] = idsAndTags{append(known.ids, r.ID), append(known.tags, r.Tags...)}
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
			known := d.of[ec2xml.KeyOf(groups[i].ID, rule)]
			rule.IDs, rule.Tags = slices.Clone(known.ids), slices.Clone(known.tags)
		}
	}
}
