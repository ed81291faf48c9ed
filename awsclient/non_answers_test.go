package awsclient

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// everyCall is an estate for which each call is made: a prefix list that a rule
// names, a reference to another VPC, a web ACL. In it SSH is reachable from the
// internet at eni-1, and sg-4 is attached to eni-4 alone.
const everyCall = `account 111122223333
region us-east-1
vpc-1 10.0.0.0/16
subnet-1 10.0.0.0/24 vpc vpc-1
igw-1 vpc vpc-1
rtb-1 vpc vpc-1 main
  route 10.0.0.0/16 local
  route 0.0.0.0/0 igw-1
acl-1 vpc vpc-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
public-access-block off
pl-1 offices 203.0.113.0/24
pl-2 everyone 0.0.0.0/0
sg-1 web
  in tcp/22 0.0.0.0/0
sg-2 db
  in tcp/5432 sg-1
sg-3 lists
  in tcp/22 pl-1
  in tcp/3389 pl-2
  in tcp/22 sg-9 vpc vpc-9
sg-4 old
  in tcp/443 10.0.0.0/16
sg-5 unused
  in tcp/443 10.0.0.0/16
eni-1 sg-1 10.0.0.10 public 198.51.100.1 subnet subnet-1
eni-2 sg-2 10.0.0.11 subnet subnet-1
eni-3 sg-3 10.0.0.12 public 198.51.100.2 subnet subnet-1
eni-4 sg-4 10.0.0.13 subnet subnet-1
load-balancer application shop internet-facing sg-1 arn arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shop/1
load-balancer classic old internal sg-2
function sync sg-2 arn arn:aws:lambda:us-east-1:111122223333:function:sync subnet subnet-1
web-acl w arn arn:aws:wafv2:us-east-1:111122223333:regional/webacl/w/1
recorder all
quota L-0EA8095F 120
`

// conclusions are what a report says in favour of an estate: by finding, the
// verdict on its rule, and the groups that are called unused.
type conclusions struct {
	verdict map[string]string
	unused  map[string]bool
}

func conclude(inv *inventory.Inventory) conclusions {
	c := conclusions{map[string]string{}, map[string]bool{}}
	report := audit.Run(inv, audit.Options{})
	for i := range report.Findings {
		f := &report.Findings[i]
		c.verdict[f.Check+" "+f.ID] = string(f.Exposure.Verdict)
		if f.Check == "unused-group" {
			c.unused[f.Region+" "+f.GroupID] = true
		}
	}
	return c
}

// unfounded returns what is concluded from a part of an estate and is not so
// where all of it is read. What nothing reaches because its source is private
// may turn out to be unattached.
func (c conclusions) unfounded(whole conclusions) (wrong []string) {
	for id, verdict := range c.verdict {
		const notReachable, unattached = "not-reachable", "unattached"
		of := whole.verdict[id]
		if verdict == notReachable && of != notReachable && of != unattached || verdict == unattached && of != unattached {
			wrong = append(wrong, fmt.Sprintf("%s is %s, of the whole estate %q", id, verdict, of))
		}
	}
	for group := range c.unused {
		if !whole.unused[group] {
			wrong = append(wrong, group+" is called unused")
		}
	}
	return wrong
}

// TestNonAnswers answers each call of a run with each response that has a status of
// success and is not an answer. It is tried again, and then it is a gap of its
// operation: nothing counts as read, and nothing is concluded from it. The calls are
// those of the table of lists (TestActionsAreTheCalls).
//
// What is concluded rests on what is missing, whatever came in its place. So each call
// fails alone with one form, and several calls fail in the same run with each of the
// other forms; those that are not made then, because another has to come before them,
// fail alone too.
func TestNonAnswers(t *testing.T) {
	estate := withEachReferrer(notation.MustParse(everyCall).Inventory, "one")
	whole := conclude(collect(t, serve(t, estate, endpoint.Options{}), Options{Depth: inventory.DepthServices}))
	if len(whole.unused) != 1 || !slices.Contains(slices.Collect(maps.Values(whole.verdict)), "reachable") {
		t.Fatalf("of the whole estate: %v", whole)
	}
	const together = 5 // groups of calls, in each of which they lie far apart
	operations, forms := Actions(inventory.DepthServices), endpoint.NonAnswers()
	groups := make([][]string, together)
	for i, operation := range operations {
		alone := forms[i%len(forms)]
		t.Run(operation+"/"+alone, func(t *testing.T) {
			t.Parallel()
			failingCalls{estate, whole, alone, []string{operation}}.run(t)
		})
		if operation != "ec2:DescribeRegions" { // without which the regions are others
			groups[i%together] = append(groups[i%together], operation)
		}
	}
	for _, form := range forms {
		t.Run("ec2:DescribeRegions/"+form, func(t *testing.T) {
			t.Parallel()
			failingCalls{estate, whole, form, []string{"ec2:DescribeRegions"}}.run(t)
		})
		for i, group := range groups {
			t.Run(fmt.Sprintf("group %d/%s", i, form), func(t *testing.T) {
				t.Parallel()
				for _, operation := range (failingCalls{estate, whole, form, group}).run(t) {
					failingCalls{estate, whole, form, []string{operation}}.run(t)
				}
			})
		}
	}
}

// failingCalls is a run in which calls have a form of answer that is none.
type failingCalls struct {
	estate     *inventory.Inventory
	whole      conclusions // of the estate
	form       string
	operations []string
}

// run makes it, and returns those of several operations that were not asked for.
func (c failingCalls) run(t *testing.T) (notAsked []string) {
	var faults []endpoint.Fault
	for _, operation := range c.operations {
		service, action, _ := strings.Cut(operation, ":")
		faults = append(faults, endpoint.Fault{Service: service, Action: action, NonAnswer: c.form})
	}
	s := serve(t, c.estate, endpoint.Options{Faults: faults})
	inv := collect(t, s, Options{Depth: inventory.DepthServices, RetryDelay: time.Millisecond, Parallel: 4}) // few connections: making them takes most of the time
	if inv.Complete() {
		t.Error("the run counts as complete")
	}
	for _, text := range conclude(inv).unfounded(c.whole) {
		t.Error(text)
	}
	r := inv.Regions[0]
	for _, operation := range c.operations {
		service, action, _ := strings.Cut(operation, ":")
		tries := calls(s, service, action)
		if tries == 0 && len(c.operations) > 1 {
			notAsked = append(notAsked, operation)
			continue
		}
		if tries == 0 || tries%triesWithoutCode != 0 {
			t.Errorf("%d tries of %s, want %d of each call", tries, operation, triesWithoutCode)
		}
		if action == "DescribeRegions" {
			return nil // the regions that every account has are read, and a gap says so
		}
		at := slices.IndexFunc(r.Gaps, func(g inventory.Gap) bool { return g.Operation == operation })
		if at < 0 || r.Gaps[at].Kind != inventory.Failed || !strings.Contains(r.Gaps[at].Message, "not an answer to the call") {
			t.Errorf("%s: gaps: %+v", operation, r.Gaps)
			continue
		}
		if action == "GetManagedPrefixListEntries" {
			if slices.ContainsFunc(r.PrefixLists, func(l inventory.PrefixList) bool { return l.Resolved }) {
				t.Error("a list counts as resolved")
			}
		} else if r.Read.Has(r.Gaps[at].Part) {
			t.Errorf("%s count as read", r.Gaps[at].Part)
		}
	}
	for _, g := range r.Gaps {
		if !slices.Contains(c.operations, g.Operation) {
			t.Errorf("a gap of another call: %+v", g)
		}
	}
	return notAsked
}

// calls returns how often the server was asked for an action of a service.
func calls(s *endpoint.Server, service, action string) (n int) {
	for _, c := range s.Calls() {
		if c.Action == action && c.Service == service {
			n++
		}
	}
	return n
}

// TestNonAnswersOnce overcomes what one response lacked.
func TestNonAnswersOnce(t *testing.T) {
	estate := withEachReferrer(notation.MustParse(everyCall).Inventory, "one")
	for _, form := range endpoint.NonAnswers() {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			var faults []endpoint.Fault
			for _, operation := range append(Actions(inventory.DepthServices), "sts:GetCallerIdentity") {
				service, action, _ := strings.Cut(operation, ":")
				faults = append(faults, endpoint.Fault{Service: service, Action: action, NonAnswer: form, Times: 1})
			}
			inv := collect(t, serve(t, estate, endpoint.Options{Faults: faults}), Options{Depth: inventory.DepthServices, RetryDelay: time.Millisecond, Parallel: 4})
			if !inv.Complete() {
				t.Errorf("gaps: %+v", inv.Regions[0].Gaps)
			}
		})
	}
}

// TestNoIdentity ends a run in which AWS does not say who the caller is.
func TestNoIdentity(t *testing.T) {
	connect := func(t *testing.T, estate *inventory.Inventory, fault endpoint.Fault) {
		t.Helper()
		s := serve(t, estate, endpoint.Options{Faults: []endpoint.Fault{fault}})
		_, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true, RetryDelay: time.Millisecond})
		var setup *SetupError
		if !errors.As(err, &setup) || !strings.HasPrefix(setup.Message, "AWS did not return the caller identity: ") {
			t.Errorf("got %v", err)
		}
	}
	estate := notation.MustParse(small).Inventory
	for _, form := range endpoint.NonAnswers() {
		t.Run(form, func(t *testing.T) { connect(t, estate, endpoint.Fault{Action: "GetCallerIdentity", NonAnswer: form}) })
	}
	for _, account := range []string{"", "1", "1111222233334", "11112222333a", "111122223333 ", strings.Repeat("1", 1<<20)} {
		odd := *estate
		odd.Caller.AccountID = account
		t.Run("account "+account[:min(len(account), 20)], func(t *testing.T) { connect(t, &odd, endpoint.Fault{}) })
	}
}
