package saved

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	balancingtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/sgaudit/sgaudit/inventory"
)

// Place is what files hold of one region of one account.
type Place struct {
	Account, Region, Partition string

	items             map[string][]json.RawMessage            // by key
	objects           map[string]json.RawMessage              // of keys that hold no list
	tokens, documents map[string]int                          // by key: answers that name a next page, and all
	entries           map[string]*Place                       // by prefix list: its entries
	seen              map[string]map[string]configurationItem // of AWS Config, by key and id
}

func newPlace(account, region, partition string) *Place {
	return &Place{
		Account: account, Region: region, Partition: partition, items: map[string][]json.RawMessage{}, objects: map[string]json.RawMessage{},
		tokens: map[string]int{}, documents: map[string]int{}, entries: map[string]*Place{}, seen: map[string]map[string]configurationItem{},
	}
}

// add takes one answer: the value of its key, and whether it names a next page.
func (p *Place) add(key string, value json.RawMessage, more bool) {
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

// Asked returns the parts that files hold, and those without which there is no
// audit. A part of several lists counts if all of them are there; where only some
// are, warn gets the answers that are missing.
func (p *Place) Asked(warn func(string)) inventory.Part {
	asked, halves := p.parts()
	for _, key := range halves {
		warn(fmt.Sprintf("%s %s: %s are not evaluated: no file holds the answer of %s (a JSON file with the key %s)", p.Account, p.Region, kinds[key].part, kinds[key].operation, key))
	}
	return asked
}

// parts returns what Asked does, and the keys that a part lacks of which another is
// there, sorted.
func (p *Place) parts() (asked inventory.Part, halves []string) {
	asked = inventory.PartGroups | inventory.PartInterfaces
	for key, kind := range kinds {
		if p.documents[key] > 0 {
			asked |= kind.part
		}
	}
	begun := asked
	for key, kind := range kinds {
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

// Error says what files lack, as a sentence.
type Error string

func (e Error) Error() string { return string(e) }

const errNoEnd Error = "the last page names a next one (NextToken), which no file holds"

func notSaved(operation, wanted string) error {
	return Error("no file holds the answer of " + operation + wanted)
}

// Answer returns the answer to one call of the SDK, as a pointer to the output type
// of the operation. Its errors are of type Error where no file holds one.
func (p *Place) Answer(service, operation string, input any) (any, error) {
	if operation == entriesOfList.operation {
		in, ok := input.(*ec2.GetManagedPrefixListEntriesInput)
		if !ok || p.entries[aws.ToString(in.PrefixListId)] == nil {
			return nil, notSaved(operation, ": a file named after the list, like pl-0123456789abcdef0.json")
		}
		return p.entries[aws.ToString(in.PrefixListId)].whole(entriesKey, input, entriesOfList.decode)
	}
	for key, kind := range kinds {
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
// --query left out of groups and interfaces is reported by doubt, in one gap for
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
// the only sign of a missing last one is that each names a next: then
// there is a second page, which fails.
func (p *Place) whole(key string, input any, decode func([]byte) (any, error)) (any, error) {
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
