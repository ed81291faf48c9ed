package awsclient

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	balancingtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/sgaudit/sgaudit/inventory"
)

// SavedOptions say what files do not.
type SavedOptions struct {
	Account string            // of answers that do not tell theirs; empty: that is an error
	Region  string            // the same
	Warn    func(text string) // is told what was passed over; may be nil
}

// savedPlace is what files hold of one region of one account.
type savedPlace struct {
	account, region, partition string
	items                      map[string][]json.RawMessage            // by key
	objects                    map[string]json.RawMessage              // of keys that hold no list
	tokens, documents          map[string]int                          // by key: answers that name a next page, and all
	entries                    map[string]*savedPlace                  // by prefix list: its entries
	seen                       map[string]map[string]configurationItem // of AWS Config, by key and id
}

func newSavedPlace(account, region, partition string) *savedPlace {
	return &savedPlace{
		account: account, region: region, partition: partition, items: map[string][]json.RawMessage{}, objects: map[string]json.RawMessage{},
		tokens: map[string]int{}, documents: map[string]int{}, entries: map[string]*savedPlace{}, seen: map[string]map[string]configurationItem{},
	}
}

// add takes one answer: the value of its key, and whether it names a next page.
func (p *savedPlace) add(key string, value json.RawMessage, more bool) {
	var items []json.RawMessage
	if err := json.Unmarshal(value, &items); err != nil {
		p.objects[key] = value
	}
	p.items[key] = append(p.items[key], items...)
	p.documents[key]++
	if more {
		p.tokens[key]++
	}
}

// asked are the parts that files hold, and those without which there is no
// audit. A part of several lists counts if all of them are there; halves are
// the keys that a part lacks of which another is there.
func (p *savedPlace) asked() (asked inventory.Part, halves []string) {
	asked = inventory.PartGroups | inventory.PartInterfaces
	for key, kind := range savedKinds {
		if p.documents[key] > 0 {
			asked |= kind.part
		}
	}
	begun := asked
	for key, kind := range savedKinds {
		if p.documents[key] == 0 && kind.part&(inventory.PartGroups|inventory.PartInterfaces) == 0 {
			asked &^= kind.part
			if begun.Has(kind.part) {
				halves = append(halves, key)
			}
		}
	}
	slices.Sort(halves)
	return asked, halves
}

// collect reads the place as a region is read that answers.
func (p *savedPlace) collect(ctx context.Context, warn func(string)) *inventory.Region {
	opts := Options{MaxRPS: math.MaxInt32}
	opts.setDefaults()
	c := &Client{opts: opts, caller: inventory.Caller{AccountID: p.account, Partition: p.partition}, saved: p}
	c.config.APIOptions = append(c.config.APIOptions, p.answering) // no client of any service reaches the network
	asked, halves := p.asked()
	for _, key := range halves {
		warn(fmt.Sprintf("%s %s: %s are not evaluated: no file holds the answer of %s (a JSON file with the key %s)", p.account, p.region, savedKinds[key].part, savedKinds[key].operation, key))
	}
	region := &inventory.Region{AccountID: p.account, Partition: p.partition, Name: p.region, Asked: asked}
	c.collectRegion(ctx, region, &progress{tell: opts.Progress})
	p.doubt(region)
	return region
}

// doubt adds gaps for what files hold that EC2 would not have answered: groups
// without some of their rules and interfaces without their groups, which a
// --query made, and no groups at all beside interfaces that carry some, which
// is the answer to another call.
func (p *savedPlace) doubt(region *inventory.Region) {
	gap := func(part inventory.Part, format string, args ...any) {
		region.Gaps = append(region.Gaps, inventory.Gap{Part: part, Operation: part.Operations()[0], Kind: inventory.Failed, Message: fmt.Sprintf(format, args...)})
	}
	for _, always := range alwaysAnswered {
		kind, lacking, first := savedKinds[always.key], 0, ""
		for _, item := range p.items[always.key] {
			if !always.present.Match(item) {
				if lacking++; lacking == 1 {
					first = idOf(item, kind.id)
				}
			}
		}
		if lacking > 0 {
			if kind.part == inventory.PartInterfaces { // no group may be called unused
				region.Read &^= kind.part
			}
			gap(kind.part, "%d of %d %s, %s among them, were saved without %s: %s; save the whole answer, without --query",
				lacking, len(p.items[always.key]), kind.part, first, always.member, always.unknown)
		}
	}
	carries := func(e inventory.Interface) bool { return len(e.Groups) > 0 }
	if region.Read.Has(inventory.PartGroups) && len(region.Groups) == 0 && slices.ContainsFunc(region.Interfaces, carries) {
		region.Read &^= inventory.PartGroups
		gap(inventory.PartGroups, "the saved answer has no security groups, but network interfaces carry some: save the whole answer of DescribeSecurityGroups")
	}
	region.Normalize()
}

// answering answers every call from the files, in the place of the network.
func (p *savedPlace) answering(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("SavedAnswers", func(ctx context.Context, in middleware.InitializeInput, _ middleware.InitializeHandler) (out middleware.InitializeOutput, metadata middleware.Metadata, err error) {
		out.Result, err = p.answer(awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx), in.Parameters)
		return out, metadata, err
	}), middleware.Before)
}

// savedError says what files lack.
type savedError string

func (e savedError) Error() string { return string(e) }

const errNoEnd savedError = "the last page names a next one (NextToken), which no file holds"

func notSaved(operation, wanted string) error {
	return savedError("no file holds the answer of " + operation + wanted)
}

func (p *savedPlace) answer(service, operation string, input any) (any, error) {
	if operation == savedEntries.operation {
		in, ok := input.(*ec2.GetManagedPrefixListEntriesInput)
		if !ok || p.entries[aws.ToString(in.PrefixListId)] == nil {
			return nil, notSaved(operation, ": a file named after the list, like pl-0123456789abcdef0.json")
		}
		return p.entries[aws.ToString(in.PrefixListId)].whole(entriesKey, input, savedEntries.decode)
	}
	for key, kind := range savedKinds {
		if kind.service != service || kind.operation != operation {
			continue
		}
		if p.documents[key] == 0 {
			return nil, notSaved(operation, ": a JSON file with the key "+key)
		}
		out, err := p.whole(key, input, kind.decode)
		if err == nil {
			err = keepAsked(out, input)
		}
		return out, err
	}
	return nil, notSaved(operation, "")
}

// keepAsked leaves of an answer what the call asked for: some lists are asked
// for VPC by VPC, or one load balancer after the other, and files hold all of
// them. A load balancer of which no file holds a listener may have some. What a
// --query left out of groups and interfaces is for doubt to tell, in one gap for
// all of them.
func keepAsked(out, input any) error {
	switch all := out.(type) {
	case *ec2.DescribeSecurityGroupsOutput:
		for i := range all.SecurityGroups {
			g := &all.SecurityGroups[i]
			g.IpPermissions, g.IpPermissionsEgress = orEmpty(g.IpPermissions), orEmpty(g.IpPermissionsEgress)
		}
	case *ec2.DescribeNetworkInterfacesOutput:
		for i := range all.NetworkInterfaces {
			all.NetworkInterfaces[i].Groups = orEmpty(all.NetworkInterfaces[i].Groups)
		}
	}
	switch in := input.(type) {
	case *ec2.DescribeStaleSecurityGroupsInput:
		if stale, ok := out.(*ec2.DescribeStaleSecurityGroupsOutput); ok {
			stale.StaleSecurityGroupSet = slices.DeleteFunc(stale.StaleSecurityGroupSet, func(s ec2types.StaleSecurityGroup) bool {
				return aws.ToString(s.VpcId) != aws.ToString(in.VpcId)
			})
		}
	case *elasticloadbalancingv2.DescribeListenersInput:
		arn := aws.ToString(in.LoadBalancerArn)
		if all, ok := out.(*elasticloadbalancingv2.DescribeListenersOutput); ok {
			all.Listeners = slices.DeleteFunc(all.Listeners, func(l balancingtypes.Listener) bool { return aws.ToString(l.LoadBalancerArn) != arn })
			if len(all.Listeners) == 0 {
				return notSaved("DescribeListeners", " for "+arn)
			}
		}
	}
	return nil
}

// orEmpty returns the list, or an empty one where there is none.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// whole puts all answers of a key together. Pages come in any order, so that
// all that can be told of a missing last one is that each names a next: then
// there is a second page, which fails.
func (p *savedPlace) whole(key string, input any, decode func([]byte) (any, error)) (any, error) {
	next := "NextToken"
	token := reflect.ValueOf(input).Elem().FieldByName("NextToken")
	if !token.IsValid() { // the older services
		next = "NextMarker"
		token = reflect.ValueOf(input).Elem().FieldByName("Marker")
	}
	if token.IsValid() && !token.IsNil() {
		return nil, errNoEnd
	}
	if object, single := p.objects[key]; single {
		text, err := json.Marshal(map[string]json.RawMessage{key: object})
		if err != nil {
			return nil, err
		}
		return decode(text)
	}
	document := map[string]any{key: p.items[key]}
	if p.tokens[key] >= p.documents[key] && p.documents[key] > 0 {
		document[next] = "missing"
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	return decode(text)
}

// Saved reads accounts from files that hold answers of the AWS CLI, or what
// AWS Config tells: one file, or a folder of them. What is there is told by
// the keys in the files or by the items; where it belongs by the folders
// (ACCOUNT/REGION/…), by what the answers say, by the names of the files, and
// at last by the options. What holds none of it is passed over, with one
// warning for each file. Errors name the file, and line and column where there
// is one; then nothing was read. The snapshot is as old as the newest of the
// files that hold something.
func Saved(path string, opts SavedOptions) (*inventory.Snapshot, error) {
	s := newSavedReader(path, opts)
	if err := s.walk(); err != nil {
		return nil, fmt.Errorf("reading saved answers: %w", err)
	}
	return s.snapshot()
}

// SavedText is Saved for one file that has been read already: its name, its
// text and when it was written.
func SavedText(name string, text []byte, written time.Time, opts SavedOptions) (*inventory.Snapshot, error) {
	s := newSavedReader(name, opts)
	if err := s.take(name, text, written); err != nil {
		return nil, err
	}
	return s.snapshot()
}

func (s *savedReader) snapshot() (*inventory.Snapshot, error) {
	places, err := s.places()
	if err != nil {
		return nil, err
	}
	inv := &inventory.Inventory{Depth: inventory.DepthGroups}
	accounts := map[string]bool{}
	services := inventory.DepthServices.Parts() &^ inventory.DepthNetwork.Parts()
	for _, p := range places {
		region := p.collect(context.Background(), s.warn)
		switch beyond := region.Asked &^ inventory.DepthGroups.Parts(); {
		case beyond&services != 0:
			inv.Depth = inventory.DepthServices
		case beyond != 0 && inv.Depth == inventory.DepthGroups:
			inv.Depth = inventory.DepthNetwork
		}
		inv.Regions = append(inv.Regions, region)
		accounts[p.account] = true
		inv.Caller.Partition = p.partition
	}
	if len(accounts) == 1 {
		inv.Caller.AccountID = places[0].account
	}
	inv.Normalize()
	return &inventory.Snapshot{Tool: "the AWS CLI or AWS Config", TakenAt: s.newest.UTC(), Inventory: inv}, nil
}

// savedKeyNames lists the keys by which answers are told, for errors.
func savedKeyNames() string {
	var names []string
	for key := range savedKinds {
		names = append(names, key)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
