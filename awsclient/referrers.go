package awsclient

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// referrerRPS is how often a service of inventory.ReferrerServices is called a second,
// where its row says nothing.
const referrerRPS = 5

// mostDescribed is how many calls one kind makes in a region for single resources, or
// for as many as one call describes: some minutes at the pace that spares the service.
const mostDescribed = 500

// ownReaders read the kinds that no chain of calls reads, by service and kind.
var ownReaders = map[string]func(ctx context.Context, r *reader, p *pager) error{"autoscaling group": readScalingGroups}

// withReferrers adds the lists of inventory.ReferrerServices.
func withReferrers(all []sweep) []sweep {
	for i := range inventory.ReferrerServices {
		s := &inventory.ReferrerServices[i]
		rps := s.MaxRPS
		if rps == 0 {
			rps = referrerRPS
		}
		for k := range s.Kinds {
			kind := &s.Kinds[k]
			if own := ownReaders[s.Service+" "+kind.Kind]; own != nil {
				all = append(all, sweep{part: s.Part(), operation: kind.Actions[0], read: own, maxRPS: rps})
				continue
			}
			all = append(all, sweep{
				part: s.Part(), operation: kind.Calls[0].IAM(s), maxRPS: rps,
				read: func(ctx context.Context, r *reader, p *pager) error {
					return (&referrerChain{r, p, s, kind}).step(ctx, 0, [][]string{nil})
				},
			})
		}
	}
	return all
}

// referrerChain reads the referrers of one kind.
type referrerChain struct {
	r    *reader
	p    *pager
	s    *inventory.ReferrerService
	kind *inventory.ReferrerKind
}

// step makes the i-th call of the kind for each set of keys that the calls before
// gave, or for as many at once as it takes, and then the call behind it.
func (c *referrerChain) step(ctx context.Context, i int, found [][]string) error {
	call := &c.kind.Calls[i]
	if c.p.firstPage {
		found = found[:min(1, len(found))]
	}
	all := batches(found, call.Batch)
	if len(all) > mostDescribed {
		c.r.malformed(c.s.Part(), "%s would be called for each of %d resources, and is called for the first %d: the others are not known", call.Action, len(all), mostDescribed)
		all = all[:mostDescribed]
	}
	var next [][]string
	for _, batch := range all {
		var err error
		if i+1 < len(c.kind.Calls) {
			err = c.pages(ctx, call, batch, func(item answer) error {
				keys, err := c.keys(call, item)
				if keys != nil {
					next = append(next, append(slices.Clone(batch[0]), keys...))
				}
				return err
			}, nil)
		} else {
			err = c.last(ctx, call, batch)
		}
		if err != nil && !slices.Contains(call.Gone, codeOf(err)) {
			return operationError{call.IAM(c.s), err}
		}
	}
	if i+1 == len(c.kind.Calls) || len(next) == 0 {
		return nil
	}
	slices.SortFunc(next, slices.Compare)
	return c.step(ctx, i+1, slices.CompactFunc(next, slices.Equal))
}

// last makes the last call, which has the groups. What it was asked for has to be in
// the answer.
func (c *referrerChain) last(ctx context.Context, call *inventory.ServiceCall, batch [][]string) error {
	answered := map[string]bool{}
	err := c.pages(ctx, call, batch, func(item answer) error {
		if c.kind.Echo != "" {
			echo, err := textAt(item, c.kind.Echo)
			if err != nil {
				return err
			}
			answered[echo] = true
		}
		return c.add(item, batch[0])
	}, func(missing string) { answered[missing] = true })
	if err != nil || c.kind.Echo == "" {
		return err
	}
	for _, keys := range batch {
		if asked := keys[len(keys)-1]; !answered[asked] {
			c.r.malformed(c.s.Part(), "the answer to %s does not have %q, which was asked for", call.Action, words.Cut(asked, mostText))
		}
	}
	return nil
}

// batches groups sets of keys that differ in their last one, so many at most.
func batches(found [][]string, most int) (all [][][]string) {
	for _, keys := range found {
		last := len(all) - 1
		if most > 1 && last >= 0 && len(all[last]) < most && slices.Equal(all[last][0][:len(keys)-1], keys[:len(keys)-1]) {
			all[last] = append(all[last], keys)
		} else {
			all = append(all, [][]string{keys})
		}
	}
	return all
}

// pages makes a call and gives each item of all its pages to take, and to gone what
// an answer says is no longer there.
func (c *referrerChain) pages(ctx context.Context, call *inventory.ServiceCall, batch [][]string, take func(answer) error, gone func(string)) error {
	api, service := call.API(c.s)
	var before []answer
	return c.p.everyPage(ctx, func(ctx context.Context, token *string) (*string, int, error) {
		request := &signedCall{api: api, call: call, signing: service, NextToken: token}
		request.fill(batch)
		all, err := request.invoke(ctx, c.r.config)
		if err != nil {
			if c.r.client.notInRegion(ctx, &c.r.config, api, err) {
				return nil, 0, nil
			}
			return nil, 0, err
		}
		items, err := at(all, call.Items)
		for k := 0; k < len(items) && err == nil; k++ {
			err = take(items[k])
		}
		if err == nil && call.Missing != "" {
			var texts []string
			texts, err = textsAt(all, call.Missing)
			for _, text := range texts {
				gone(text)
			}
		}
		var next string
		if err == nil && call.Next != "" {
			next, err = request.next(all)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", call.Action, err)
		}
		fresh := others(items, before)
		before = items
		return &next, fresh, nil
	})
}

// next returns the token of the next page, or nothing.
func (c *signedCall) next(all answer) (string, error) {
	if v, ok := all.(jsonValue); ok && v.saved {
		return textAt(all, "NextToken")
	}
	return textAt(all, c.call.Next)
}

// fill sets the parameters of the call.
func (c *signedCall) fill(batch [][]string) {
	c.values = map[string]any{}
	for name, value := range c.call.With {
		c.values[name] = value
	}
	for i, name := range c.call.Takes {
		switch {
		case name == "":
		case c.call.Batch > 0 && i == len(c.call.Takes)-1:
			var list []string
			for _, keys := range batch {
				list = append(list, keys[i])
			}
			c.values[name] = list
		case strings.Contains(c.call.Path, "{"+name+"}"):
			c.path = append(c.path, batch[0][i])
		default:
			c.values[name] = batch[0][i]
		}
	}
	if c.call.Size != "" {
		c.values[c.call.Size] = c.call.Most
	}
	if c.NextToken != nil && c.call.Token != "" {
		c.values[c.call.Token] = *c.NextToken
	}
}

// keys returns what the next call takes of an item, or nothing where it takes none
// of it.
func (c *referrerChain) keys(call *inventory.ServiceCall, item answer) ([]string, error) {
	if path := call.Only[0]; path != "" {
		text, err := textAt(item, path)
		if err != nil || text != "" && !strings.Contains(text, call.Only[1]) {
			return nil, err
		}
	}
	var keys []string
	for _, path := range call.Keys {
		key, err := textAt(item, path)
		if err != nil {
			return nil, err
		}
		if key == "" || key == "." || key == ".." {
			c.r.malformed(c.s.Part(), "an item of %s has no %s", call.Action, path)
			return nil, nil
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// add keeps an item that holds groups.
func (c *referrerChain) add(item answer, keys []string) error {
	x := inventory.Referrer{Service: c.s.Service, Kind: c.kind.Kind}
	var err error
	text := func(path string) string {
		if place, isKey := strings.CutPrefix(path, "^"); isKey {
			n, _ := strconv.Atoi(place)
			return keys[n]
		}
		if path == "" || err != nil {
			return ""
		}
		var value string
		value, err = textAt(item, path)
		return value
	}
	x.Name, x.ID, x.VPC = text(c.kind.Name), text(c.kind.ID), text(c.kind.VPC)
	for _, path := range c.kind.Groups {
		var groups []string
		if err == nil {
			groups, err = textsAt(item, path)
		}
		x.Groups = append(x.Groups, groups...)
	}
	if err != nil {
		return err
	}
	part := c.s.Part()
	if x.Name == "" && x.ID == "" {
		c.r.malformed(part, "%s has no name", c.kind.Words)
		return nil
	}
	named := words.Cut(x.Words(), mostText)
	if x.VPC != "" && !inventory.IsVPCID(x.VPC) {
		c.r.malformed(part, "%s has the VPC %q, which is not an id of one", named, words.Cut(x.VPC, mostName))
		x.VPC = ""
	}
	x.Groups = slices.DeleteFunc(x.Groups, func(id string) bool {
		if inventory.IsGroupID(id) {
			return false
		}
		c.r.malformed(part, "%s has the security group %q, which is not an id of one", named, words.Cut(id, mostName))
		return true
	})
	if len(x.Groups) > 0 {
		c.r.mu.Lock()
		defer c.r.mu.Unlock()
		c.r.region.Referrers = append(c.r.region.Referrers, x)
	}
	return nil
}
