package awsclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// AggregatorActions are the IAM actions that Options.ConfigAggregator needs, of the
// run's own credentials.
var AggregatorActions = []string{"config:SelectAggregateResourceConfig"}

const (
	aggregatorRPS  = 5
	mostAggregated = 1_000_000 // resources of all accounts, to bound their memory
)

// aggregatorName is a name of a configuration aggregator, with the region before it
// where that is given (AWS Config API reference, "ConfigurationAggregator").
var aggregatorName = regexp.MustCompile(`^(?:([a-z]+(?:-[a-z]+)+-[0-9]+)/)?([A-Za-z0-9_-]+)$`)

const mostAggregatorName = 256 // characters

// IsAggregator reports whether a text has the form [REGION/]NAME of
// Options.ConfigAggregator.
func IsAggregator(text string) bool {
	m := aggregatorName.FindStringSubmatch(text)
	return m != nil && len(m[2]) <= mostAggregatorName
}

// aggregator is what a configuration aggregator of AWS Config says of the accounts and
// regions of a run: one query for all of them, in pages. The regions wait for it.
type aggregator struct {
	done   chan struct{} // closed once the rest is set
	places map[string]*aggregated
	odd    []string // results of which the place is not known
	err    error
}

// aggregated is what an aggregator has of one region of an account.
type aggregated struct {
	resources []inventory.Referrer
	odd       []string
}

// askAggregator begins the query of the options with the credentials of the client. An
// empty account asks for all that the aggregator has. It is nil where the options name
// no aggregator or the depth reads no resources of AWS Config.
func (c *Client) askAggregator(ctx context.Context, account string, firstPage bool) *aggregator {
	m := aggregatorName.FindStringSubmatch(c.opts.ConfigAggregator)
	if m == nil || !c.opts.Depth.Parts().Has(inventory.PartConfigResources) {
		return nil
	}
	region, name := m[1], m[2]
	if region == "" {
		region = c.home
	}
	a := &aggregator{done: make(chan struct{}), places: map[string]*aggregated{}}
	go func() {
		defer close(a.done)
		ctx, cancel := context.WithTimeoutCause(ctx, c.opts.RegionDeadline*2/3, errDeadline) // so that the regions may still be asked themselves
		defer cancel()
		q := &aggregatorQuery{
			a: a, name: name, operation: configservice.NewFromConfig(c.regionConfig(region, maxAttempts)).SelectAggregateResourceConfig,
			pager: &pager{limit: rate.NewLimiter(rate.Limit(min(aggregatorRPS, c.opts.MaxRPS)), 2*aggregatorRPS), firstPage: firstPage, role: c.role},
		}
		a.err = q.run(ctx, account)
	}()
	return a
}

// askAggregator begins the query with the run's own credentials, for all accounts.
func (r *Accounts) askAggregator(ctx context.Context) {
	if r.base == nil {
		return
	}
	a := r.base.askAggregator(ctx, "", false)
	for i := range r.members {
		if c := r.members[i].client; c != nil {
			c.aggregator = a
		}
	}
}

// aggregatorQuery is the reading of one aggregator.
type aggregatorQuery struct {
	a         *aggregator
	name      string
	operation func(context.Context, *configservice.SelectAggregateResourceConfigInput, ...func(*configservice.Options)) (*configservice.SelectAggregateResourceConfigOutput, error)
	pager     *pager
	kept      int
}

// run asks which accounts and regions the aggregator has, by the security groups that
// it has of them: each region that it records has a default group. Without that, no
// answer about a region could mean that nothing uses its groups. Then it asks for what
// is related to groups.
func (q *aggregatorQuery) run(ctx context.Context, account string) error {
	only := ""
	if account != "" {
		only = " AND accountId = '" + account + "'"
	}
	err := q.pages(ctx, "SELECT accountId, awsRegion, COUNT(*) WHERE resourceType = 'AWS::EC2::SecurityGroup'"+only+" GROUP BY accountId, awsRegion", func(result string) error {
		var at struct {
			Account string `json:"accountId"`
			Region  string `json:"awsRegion"`
		}
		if json.Unmarshal([]byte(result), &at) != nil || !inventory.IsAccountID(at.Account) || at.Region == "" {
			return fmt.Errorf("a result of the query is not a count of an account and region: %q", words.Cut(result, mostName))
		}
		q.a.places[at.Account+" "+at.Region] = &aggregated{}
		return nil
	})
	if err != nil {
		return err
	}
	return q.pages(ctx, relatedToGroups+only, func(result string) error {
		if q.kept++; q.kept > mostAggregated {
			return endlessPages(fmt.Sprintf("more than %d resources are related to security groups", mostAggregated))
		}
		q.a.keep(result)
		return nil
	})
}

// pages makes one query and gives each result to take, until that returns an error.
func (q *aggregatorQuery) pages(ctx context.Context, expression string, take func(result string) error) error {
	var wrong error
	err := list(ctx, q.pager, q.operation,
		func(token *string) *configservice.SelectAggregateResourceConfigInput {
			return &configservice.SelectAggregateResourceConfigInput{ConfigurationAggregatorName: &q.name, Expression: aws.String(expression), Limit: configPage, NextToken: token}
		},
		func(out *configservice.SelectAggregateResourceConfigOutput) ([]string, *string) {
			if wrong != nil {
				return nil, nil
			}
			return out.Results, out.NextToken
		},
		func(result *string) {
			if wrong == nil {
				wrong = take(*result)
			}
		})
	return errors.Join(err, wrong)
}

// keep puts a result to the region that it is of. Results of regions for which the
// aggregator has no group are left out: those regions are asked themselves.
func (a *aggregator) keep(result string) {
	item, err := parseConfigItem(result)
	if err != nil {
		a.odd = append(a.odd, fmt.Sprintf("a result of the aggregator: %v", err))
		return
	}
	place := a.places[item.AccountID+" "+item.Region]
	if !inventory.IsAccountID(item.AccountID) || item.Region == "" {
		a.odd = append(a.odd, "a result of the aggregator: "+item.words()+" has no account or no region")
		return
	}
	if place == nil {
		return
	}
	switch x, err := item.referrer(); {
	case err != nil:
		place.odd = append(place.odd, fmt.Sprintf("a result of the aggregator: %v", err))
	case len(x.Groups) > 0:
		place.resources = append(place.resources, x)
	}
}

// resourcesOfAggregator fills the region with what the aggregator has of it, and
// reports whether it has the region. A failure of the aggregator is a gap of each
// region.
func (r *reader) resourcesOfAggregator(ctx context.Context) (known bool) {
	a := r.client.aggregator
	if a == nil {
		return false
	}
	err := error(nil)
	select {
	case <-a.done:
		err = a.err
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		g := gap(0, AggregatorActions[0], err)
		if codeOf(err) == "NoSuchConfigurationAggregatorException" {
			g.Message = "AWS Config has no configuration aggregator with this name in this region: give --config-aggregator REGION/NAME for an aggregator in another region"
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.region.Gaps = append(r.region.Gaps, g)
		return false
	}
	place := a.places[r.region.AccountID+" "+r.region.Name]
	if place == nil {
		return false
	}
	r.allMalformed(inventory.PartConfigResources, slices.Concat(place.odd, a.odd))
	r.region.ConfigResources = append(r.region.ConfigResources, place.resources...)
	return true
}
