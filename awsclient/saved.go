package awsclient

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go/middleware"

	"github.com/sgaudit/sgaudit/inventory"
)

// savedKind is one kind of answer that files may hold.
type savedKind struct {
	part      inventory.Part
	operation string
	decode    func(text []byte) (any, error)
}

func decoded[T any](text []byte) (any, error) {
	out := new(T)
	err := json.Unmarshal(text, out)
	return out, err
}

// savedKinds are the answers that files may hold, by the key under which the
// AWS CLI prints them. The SDK's types have the names of that JSON, so that
// the reader of live answers reads saved ones too.
var savedKinds = map[string]savedKind{
	"SecurityGroups":                 {inventory.PartGroups, "DescribeSecurityGroups", decoded[ec2.DescribeSecurityGroupsOutput]},
	"NetworkInterfaces":              {inventory.PartInterfaces, "DescribeNetworkInterfaces", decoded[ec2.DescribeNetworkInterfacesOutput]},
	"SecurityGroupRules":             {inventory.PartRules, "DescribeSecurityGroupRules", decoded[ec2.DescribeSecurityGroupRulesOutput]},
	"PrefixLists":                    {inventory.PartPrefixLists, "DescribeManagedPrefixLists", decoded[ec2.DescribeManagedPrefixListsOutput]},
	"Vpcs":                           {inventory.PartVPCs, "DescribeVpcs", decoded[ec2.DescribeVpcsOutput]},
	"Subnets":                        {inventory.PartSubnets, "DescribeSubnets", decoded[ec2.DescribeSubnetsOutput]},
	"RouteTables":                    {inventory.PartRouteTables, "DescribeRouteTables", decoded[ec2.DescribeRouteTablesOutput]},
	"NetworkAcls":                    {inventory.PartNetworkACLs, "DescribeNetworkAcls", decoded[ec2.DescribeNetworkAclsOutput]},
	"InternetGateways":               {inventory.PartInternetGateways, "DescribeInternetGateways", decoded[ec2.DescribeInternetGatewaysOutput]},
	"EgressOnlyInternetGateways":     {inventory.PartEgressGateways, "DescribeEgressOnlyInternetGateways", decoded[ec2.DescribeEgressOnlyInternetGatewaysOutput]},
	"NatGateways":                    {inventory.PartNATGateways, "DescribeNatGateways", decoded[ec2.DescribeNatGatewaysOutput]},
	"FlowLogs":                       {inventory.PartFlowLogs, "DescribeFlowLogs", decoded[ec2.DescribeFlowLogsOutput]},
	"VpcPeeringConnections":          {inventory.PartPeerings, "DescribeVpcPeeringConnections", decoded[ec2.DescribeVpcPeeringConnectionsOutput]},
	"VpcBlockPublicAccessOptions":    {inventory.PartPublicAccess, "DescribeVpcBlockPublicAccessOptions", decoded[ec2.DescribeVpcBlockPublicAccessOptionsOutput]},
	"VpcBlockPublicAccessExclusions": {inventory.PartPublicAccess, "DescribeVpcBlockPublicAccessExclusions", decoded[ec2.DescribeVpcBlockPublicAccessExclusionsOutput]},
	"SecurityGroupVpcAssociations":   {inventory.PartAssociations, "DescribeSecurityGroupVpcAssociations", decoded[ec2.DescribeSecurityGroupVpcAssociationsOutput]},
	"StaleSecurityGroupSet":          {inventory.PartStale, "DescribeStaleSecurityGroups", decoded[ec2.DescribeStaleSecurityGroupsOutput]},
	"LaunchTemplateVersions":         {inventory.PartLaunchTemplates, "DescribeLaunchTemplateVersions", decoded[ec2.DescribeLaunchTemplateVersionsOutput]},
	"VpcEndpoints":                   {inventory.PartEndpoints, "DescribeVpcEndpoints", decoded[ec2.DescribeVpcEndpointsOutput]},
	"ClientVpnEndpoints":             {inventory.PartEndpoints, "DescribeClientVpnEndpoints", decoded[ec2.DescribeClientVpnEndpointsOutput]},
	"VerifiedAccessEndpoints":        {inventory.PartEndpoints, "DescribeVerifiedAccessEndpoints", decoded[ec2.DescribeVerifiedAccessEndpointsOutput]},
	"InstanceConnectEndpoints":       {inventory.PartEndpoints, "DescribeInstanceConnectEndpoints", decoded[ec2.DescribeInstanceConnectEndpointsOutput]},
}

// entriesKey is the key of get-managed-prefix-list-entries, whose answers name
// no list: each list has its own.
const entriesKey = "Entries"

var savedEntries = savedKind{inventory.PartPrefixLists, "GetManagedPrefixListEntries", decoded[ec2.GetManagedPrefixListEntriesOutput]}

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
// audit. A part of several lists counts if all of them are there.
func (p *savedPlace) asked() inventory.Part {
	asked := inventory.PartGroups | inventory.PartInterfaces
	for key, kind := range savedKinds {
		if p.documents[key] > 0 {
			asked |= kind.part
		}
	}
	for key, kind := range savedKinds {
		if p.documents[key] == 0 && kind.part&(inventory.PartGroups|inventory.PartInterfaces) == 0 {
			asked &^= kind.part
		}
	}
	return asked
}

// collect reads the place as a region is read that answers.
func (p *savedPlace) collect(ctx context.Context) *inventory.Region {
	opts := Options{MaxRPS: math.MaxInt32}
	opts.setDefaults()
	c := &Client{opts: opts, caller: inventory.Caller{AccountID: p.account, Partition: p.partition}, saved: p}
	region := &inventory.Region{AccountID: p.account, Partition: p.partition, Name: p.region, Asked: p.asked()}
	c.collectRegion(ctx, region, &progress{tell: opts.Progress})
	return region
}

// answering answers every call from the files, in the place of the network.
func (p *savedPlace) answering(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("SavedAnswers", func(ctx context.Context, in middleware.InitializeInput, _ middleware.InitializeHandler) (out middleware.InitializeOutput, metadata middleware.Metadata, err error) {
		out.Result, err = p.answer(middleware.GetOperationName(ctx), in.Parameters)
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

func (p *savedPlace) answer(operation string, input any) (any, error) {
	if operation == savedEntries.operation {
		in, ok := input.(*ec2.GetManagedPrefixListEntriesInput)
		if !ok || p.entries[aws.ToString(in.PrefixListId)] == nil {
			return nil, notSaved(operation, ": a file named after the list, like pl-0123456789abcdef0.json")
		}
		return p.entries[aws.ToString(in.PrefixListId)].whole(entriesKey, input, savedEntries.decode)
	}
	for key, kind := range savedKinds {
		if kind.operation != operation {
			continue
		}
		if p.documents[key] == 0 {
			return nil, notSaved(operation, ": a JSON file with the key "+key)
		}
		out, err := p.whole(key, input, kind.decode)
		if stale, ok := out.(*ec2.DescribeStaleSecurityGroupsOutput); ok && err == nil {
			if in, ok := input.(*ec2.DescribeStaleSecurityGroupsInput); ok { // which asks VPC by VPC
				kept := stale.StaleSecurityGroupSet[:0]
				for _, s := range stale.StaleSecurityGroupSet {
					if aws.ToString(s.VpcId) == aws.ToString(in.VpcId) {
						kept = append(kept, s)
					}
				}
				stale.StaleSecurityGroupSet = kept
			}
		}
		return out, err
	}
	return nil, notSaved(operation, "")
}

// whole puts all answers of a key together. Pages come in any order, so that
// all that can be told of a missing last one is that each names a next: then
// there is a second page, which fails.
func (p *savedPlace) whole(key string, input any, decode func([]byte) (any, error)) (any, error) {
	token := reflect.ValueOf(input).Elem().FieldByName("NextToken")
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
		document["NextToken"] = "missing"
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	return decode(text)
}

// Saved reads an account from files that hold answers of the AWS CLI, or what
// AWS Config delivers: one file, or a folder of them. What is there is told by
// the keys in the files; where it belongs by the folders (ACCOUNT/REGION/…) or
// by what the answers say. Errors name the file, and line and column where
// there is one; then nothing was read.
func Saved(path string) (*inventory.Inventory, error) {
	places, err := readSaved(path)
	if err != nil {
		return nil, err
	}
	inv := &inventory.Inventory{Depth: inventory.DepthGroups}
	accounts := map[string]bool{}
	for _, p := range places {
		region := p.collect(context.Background())
		if region.Asked&^(inventory.PartGroups|inventory.PartInterfaces) != 0 {
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
	return inv, nil
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
