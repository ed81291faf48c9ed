package awsclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// savedCalls are the calls of which files may hold answers, by the key under which
// the AWS CLI prints them: the SDK's id of the service, and the operation.
var savedCalls = map[string][2]string{
	"SecurityGroups":                 {"EC2", "DescribeSecurityGroups"},
	"NetworkInterfaces":              {"EC2", "DescribeNetworkInterfaces"},
	"SecurityGroupRules":             {"EC2", "DescribeSecurityGroupRules"},
	"PrefixLists":                    {"EC2", "DescribeManagedPrefixLists"},
	"Vpcs":                           {"EC2", "DescribeVpcs"},
	"Subnets":                        {"EC2", "DescribeSubnets"},
	"RouteTables":                    {"EC2", "DescribeRouteTables"},
	"NetworkAcls":                    {"EC2", "DescribeNetworkAcls"},
	"InternetGateways":               {"EC2", "DescribeInternetGateways"},
	"NatGateways":                    {"EC2", "DescribeNatGateways"},
	"FlowLogs":                       {"EC2", "DescribeFlowLogs"},
	"VpcPeeringConnections":          {"EC2", "DescribeVpcPeeringConnections"},
	"VpcBlockPublicAccessOptions":    {"EC2", "DescribeVpcBlockPublicAccessOptions"},
	"VpcBlockPublicAccessExclusions": {"EC2", "DescribeVpcBlockPublicAccessExclusions"},
	"SecurityGroupVpcAssociations":   {"EC2", "DescribeSecurityGroupVpcAssociations"},
	"StaleSecurityGroupSet":          {"EC2", "DescribeStaleSecurityGroups"},
	"LaunchTemplateVersions":         {"EC2", "DescribeLaunchTemplateVersions"},
	"VpcEndpoints":                   {"EC2", "DescribeVpcEndpoints"},
	"ClientVpnEndpoints":             {"EC2", "DescribeClientVpnEndpoints"},
	"VerifiedAccessEndpoints":        {"EC2", "DescribeVerifiedAccessEndpoints"},
	"InstanceConnectEndpoints":       {"EC2", "DescribeInstanceConnectEndpoints"},
	"LoadBalancers":                  {"Elastic Load Balancing v2", "DescribeLoadBalancers"},
	"LoadBalancerDescriptions":       {"Elastic Load Balancing", "DescribeLoadBalancers"},
	"Listeners":                      {"Elastic Load Balancing v2", "DescribeListeners"},
	"Functions":                      {"Lambda", "ListFunctions"},
	"LaunchConfigurations":           {"Auto Scaling"},
	"computeEnvironments":            {"Batch"},
	"ConnectionList":                 {"Glue"},
	"DBInstances":                    {"RDS"},
	"DBClusters":                     {"RDS"},
	"workgroups":                     {"Redshift Serverless"},
	"CacheClusters":                  {"ElastiCache"},
	"ServerlessCaches":               {"ElastiCache"},
	"ClusterInfoList":                {"Kafka"},
	"ReplicationInstances":           {"Database Migration Service"},
	"VpcConnectors":                  {"AppRunner"},
	"Items":                          {"ApiGatewayV2"},
	"Directories":                    {"WorkSpaces"},
	"ConfigurationRecorders":         {"Config Service", "DescribeConfigurationRecorders"},
	"ConfigurationRecordersStatus":   {"Config Service", "DescribeConfigurationRecorderStatus"},
	"Results":                        {"Config Service", "SelectResourceConfig"},
}

// TestSavedCalls holds the table to what an error lists.
func TestSavedCalls(t *testing.T) {
	_, err := Saved(t.TempDir(), SavedOptions{})
	if want := strings.Join(slices.Sorted(maps.Keys(savedCalls)), ", "); err == nil || !strings.HasSuffix(err.Error(), " of the keys "+want) {
		t.Errorf("%v\nwant: %s", err, want)
	}
}

// memberName matches the first letters of the members inside a list, by their indent.
var memberName = regexp.MustCompile(`(?m)^ {12,}"[A-Z](?:[a-z])`)

// save writes every answer that files may hold, as the AWS CLI prints them: a
// file for each page, or all pages behind each other in one.
func save(t *testing.T, c *Client, inv *inventory.Inventory, folder string, together bool) {
	t.Helper()
	write := func(place, name string, number int, out any) {
		text, err := json.MarshalIndent(out, "", "    ")
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "Configuration") { // AWS Config's own members begin with a small letter
			text = memberName.ReplaceAllFunc(text, bytes.ToLower)
		}
		if err := os.MkdirAll(place, 0o755); err != nil {
			t.Fatal(err)
		}
		if !together {
			name = fmt.Sprintf("%s-page%d", name, number)
		}
		f, err := os.OpenFile(filepath.Join(place, name+".json"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.Write(append(text, '\n')); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range inv.Regions {
		config := c.regionConfig(r.Name, 1)
		clients := map[string]reflect.Value{
			"EC2":                       reflect.ValueOf(ec2.NewFromConfig(config)),
			"Elastic Load Balancing v2": reflect.ValueOf(elasticloadbalancingv2.NewFromConfig(config)),
			"Elastic Load Balancing":    reflect.ValueOf(elasticloadbalancing.NewFromConfig(config)),
			"Lambda":                    reflect.ValueOf(lambda.NewFromConfig(config)),
			"Config Service":            reflect.ValueOf(configservice.NewFromConfig(config)),
		}
		place := filepath.Join(folder, r.AccountID, r.Name)
		pages := func(service, operation, name string, set map[string]any) {
			method := clients[service].MethodByName(operation)
			in := reflect.New(method.Type().In(1).Elem())
			for field, value := range set {
				in.Elem().FieldByName(field).Set(reflect.ValueOf(value))
			}
			if max := in.Elem().FieldByName("MaxResults"); max.IsValid() {
				max.Set(reflect.ValueOf(aws.Int32(50))) // the most of the smallest page
			}
			for number := 1; ; number++ {
				results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
				if err, _ := results[1].Interface().(error); err != nil {
					t.Fatalf("%s: %v", operation, err)
				}
				out := results[0].Elem()
				write(place, name, number, results[0].Interface())
				next, token := out.FieldByName("NextToken"), in.Elem().FieldByName("NextToken")
				if service != "EC2" && service != "Config Service" {
					next, token = out.FieldByName("NextMarker"), in.Elem().FieldByName("Marker")
				}
				if !next.IsValid() || next.IsNil() || next.Elem().Len() == 0 {
					return
				}
				token.Set(next)
			}
		}
		for key, call := range savedCalls {
			if call[1] == "" { // savedReferrers has it
				continue
			}
			set := map[string]any{}
			switch key {
			case "NetworkInterfaces":
				set["IncludeManagedResources"] = aws.Bool(true)
			case "LaunchTemplateVersions":
				set["IncludeManagedResources"], set["Versions"] = aws.Bool(true), []string{"$Latest", "$Default"}
			case "StaleSecurityGroupSet":
				for i := range r.VPCs {
					pages(call[0], call[1], "stale-"+r.VPCs[i].ID, map[string]any{"VpcId": aws.String(r.VPCs[i].ID)})
				}
				if len(r.VPCs) == 0 {
					write(place, "stale", 1, map[string]any{"StaleSecurityGroupSet": []any{}})
				}
				continue
			case "Listeners":
				write(place, "listeners", 1, map[string]any{"Listeners": []any{}})
				for _, b := range r.LoadBalancers {
					if b.Kind != "classic" {
						pages(call[0], call[1], "listeners-"+b.Name, map[string]any{"LoadBalancerArn": aws.String(b.ARN)})
					}
				}
				continue
			case "Results":
				set["Expression"] = aws.String(relatedToGroups)
			case "Functions":
				set["FunctionVersion"] = lambdatypes.FunctionVersionAll
			}
			pages(call[0], call[1], key, set)
		}
		for key, items := range savedReferrers(r) {
			write(place, key, 1, map[string]any{key: items})
		}
		for i := range r.PrefixLists {
			pages("EC2", "GetManagedPrefixListEntries", r.PrefixLists[i].ID, map[string]any{"PrefixListId": aws.String(r.PrefixLists[i].ID)})
		}
	}
}

// savedReferrers returns what the AWS CLI prints of the region's referrers, by key.
func savedReferrers(r *inventory.Region) map[string][]any {
	all := map[string][]any{}
	for i := range inventory.ReferrerServices {
		s := &inventory.ReferrerServices[i]
		for k := range s.Kinds {
			kind := &s.Kinds[k]
			key := s.SavedKey(kind)
			if key == "" {
				continue
			}
			all[key] = []any{}
			for _, x := range r.Referrers {
				if x.Service != s.Service || x.Kind != kind.Kind {
					continue
				}
				item := map[string]any{}
				for path, value := range map[string]string{kind.Name: x.Name, kind.ID: x.ID, kind.VPC: x.VPC} {
					put(item, path, value)
				}
				for n, group := range x.Groups {
					put(item, kind.Groups[n%len(kind.Groups)], group)
				}
				all[key] = append(all[key], capitals(key, item))
			}
		}
	}
	return all
}

// savedParts are the parts of referrers that files hold.
func savedParts() (parts inventory.Parts) {
	for i := range inventory.ReferrerServices {
		if s := &inventory.ReferrerServices[i]; s.SavedKey(&s.Kinds[0]) != "" {
			parts |= s.Part()
		}
	}
	return parts
}

// put puts a value where a path of the table leads.
func put(item map[string]any, path, value string) {
	if path == "" || value == "" {
		return
	}
	step, rest, deeper := strings.Cut(path, ".")
	name, _, isList := strings.Cut(step, "[")
	var leaf any = value
	inner, _ := item[name].(map[string]any)
	if inner == nil || isList {
		inner = map[string]any{}
	}
	if deeper {
		put(inner, rest, value)
		leaf = inner
	}
	if isList {
		list, _ := item[name].([]any)
		leaf = append(list, leaf)
	}
	item[name] = leaf
}

// capitals returns an item with the names of the API reference, where the key of its
// list has them.
func capitals(key string, value any) any {
	if strings.ToLower(key[:1]) == key[:1] {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		all := map[string]any{}
		for name, part := range value {
			all[strings.ToUpper(name[:1])+name[1:]] = capitals(key, part)
		}
		return all
	case []any:
		for i := range value {
			value[i] = capitals(key, value[i])
		}
	}
	return value
}

// TestSaved reads saved answers of the demo account and of random estates, and
// gets what the live run got.
func TestSaved(t *testing.T) {
	inventories := []*inventory.Inventory{notation.MustParse(estates.Demo()).Inventory}
	for seed := range uint64(12) {
		inventories = append(inventories, withEachReferrer(estates.Random(rand.New(rand.NewPCG(seed, 9)), estates.Size{Regions: 2, Groups: 8, Interfaces: 12}), "one", "two"))
	}
	for i, estate := range inventories {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			server, err := endpoint.Serve(estate, endpoint.Options{PageSize: []int{0, 3}[i%2]})
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			connect := func() *Client {
				c, err := Connect(context.Background(), Options{EndpointURL: server.URL, StaticCredentials: true, Depth: inventory.DepthServices})
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			live, err := connect().Collect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			save(t, connect(), live, folder, i%3 == 0)
			s, err := Saved(folder, SavedOptions{Warn: func(text string) { t.Error(text) }})
			if err != nil {
				t.Fatal(err)
			}
			saved := s.Inventory
			for _, r := range live.Regions { // which no file of the AWS CLI holds
				r.Read, r.Asked = r.Read&^(inventory.PartWebACLs|inventory.PartQuotas), r.Asked&^(inventory.PartWebACLs|inventory.PartQuotas)
				r.WebACLs = nil
				parts := inventory.PartReferrers &^ savedParts()
				r.Read, r.Asked = r.Read&^parts, r.Asked&^parts
				r.Referrers = slices.DeleteFunc(r.Referrers, func(x inventory.Referrer) bool {
					return x.Kind == "group" || parts.Has(inventory.ReferrerServiceOf(x.Service).Part()) // files do not have every version of a launch template
				})
			}
			if diff := cmp.Diff(live.Regions, saved.Regions, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); diff != "" {
				t.Error(diff)
			}
			if saved.Caller.AccountID != live.Caller.AccountID || saved.Depth != live.Depth {
				t.Errorf("caller %+v at depth %s", saved.Caller, saved.Depth)
			}
		})
	}
}

const (
	oneGroup = `{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1", "OwnerId": "123456789012",
  "SecurityGroupArn": "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-1",
  "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}], "IpPermissionsEgress": []}]}`
	bareGroup    = `{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "OwnerId": "123456789012", "IpPermissions": [], "IpPermissionsEgress": []}]}`
	oneInterface = `{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "Groups": [{"GroupId": "sg-1"}], "AvailabilityZone": "eu-west-1a"}]}`
)

// folder writes files, by name, into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		place := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestSavedPlaces takes accounts and regions from folders, from what the
// answers say, from the names of files, and at last from the options.
func TestSavedPlaces(t *testing.T) {
	nowhere := strings.Replace(bareGroup, `, "OwnerId": "123456789012"`, "", 1)
	for name, tc := range map[string]struct {
		files map[string]string
		opts  SavedOptions
		want  string // account region status, and so on
	}{
		"flat":            {files: map[string]string{"groups.json": oneGroup, "x.json": oneInterface, "notes.txt": "{"}, want: "123456789012 eu-west-1 complete"},
		"by folder":       {files: map[string]string{"210987654321/us-east-1/g.json": bareGroup, "210987654321/us-east-1/i.json": `{"NetworkInterfaces": []}`}, want: "210987654321 us-east-1 complete"},
		"region alone":    {files: map[string]string{"us-east-1/g.json": bareGroup, "us-west-2/g.json": strings.ReplaceAll(bareGroup, "sg-1", "sg-2")}, want: "123456789012 us-east-1 partial; 123456789012 us-west-2 partial"},
		"two in one file": {files: map[string]string{"all.json": oneGroup + "\n" + oneInterface}, want: "123456789012 eu-west-1 complete"},
		"no interfaces":   {files: map[string]string{"g.json": oneGroup}, want: "123456789012 eu-west-1 partial"},
		"cut off list":    {files: map[string]string{"g.json": strings.Replace(oneGroup, "{", `{"NextToken": "more", `, 1), "i.json": oneInterface}, want: "123456789012 eu-west-1 partial"},
		"two pages":       {files: map[string]string{"g1.json": strings.Replace(oneGroup, "{", `{"NextToken": "more", `, 1), "g2.json": strings.ReplaceAll(oneGroup, "sg-1", "sg-2"), "i.json": oneInterface}, want: "123456789012 eu-west-1 complete"},
		"named files":     {files: map[string]string{"us-east-1-groups.json": bareGroup, "groups_us-west-2.json": strings.ReplaceAll(bareGroup, "sg-1", "sg-2")}, want: "123456789012 us-east-1 partial; 123456789012 us-west-2 partial"},
		"named account":   {files: map[string]string{"210987654321-eu-central-1.json": nowhere}, want: "210987654321 eu-central-1 partial"},
		"of the options":  {files: map[string]string{"g.json": nowhere}, opts: SavedOptions{Account: "210987654321", Region: "eu-central-1"}, want: "210987654321 eu-central-1 partial"},
		"a local zone":    {files: map[string]string{"g.json": bareGroup, "i.json": strings.Replace(oneInterface, "eu-west-1a", "us-west-2-lax-1a", 1)}, want: "123456789012 us-west-2 complete"},
		"by its settings": {files: map[string]string{"b.json": `{"VpcBlockPublicAccessOptions": {"AwsAccountId": "210987654321", "AwsRegion": "eu-west-3", "InternetGatewayBlockMode": "off"}}`, "g.json": nowhere}, want: "210987654321 eu-west-3 partial"},
		"bare lists":      {files: map[string]string{"g.json": oneGroup[len(`{"SecurityGroups": `) : len(oneGroup)-1], "i.json": oneInterface[len(`{"NetworkInterfaces": `) : len(oneInterface)-1]}, want: "123456789012 eu-west-1 complete"},
		"bare items":      {files: map[string]string{"g.json": oneGroup[len(`{"SecurityGroups": [`) : len(oneGroup)-2], "i.json": oneInterface[len(`{"NetworkInterfaces": [`) : len(oneInterface)-2]}, want: "123456789012 eu-west-1 complete"},
		"without rules":   {files: map[string]string{"g.json": oneGroup, "h.json": `{"SecurityGroups": [{"GroupId": "sg-2", "OwnerId": "123456789012"}]}`, "i.json": oneInterface}, want: "123456789012 eu-west-1 partial"},
		"of a mount":      {files: map[string]string{"g.json": `{"SecurityGroups": []}`, "i.json": oneInterface}, opts: SavedOptions{Account: "210987654321"}, want: "210987654321 eu-west-1 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Saved(folder(t, tc.files), tc.opts)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range s.Inventory.Regions {
				got = append(got, r.AccountID+" "+r.Name+" "+r.Status())
				if r.Status() != "complete" && len(r.Gaps) == 0 {
					t.Errorf("%s has no gap", r.Name)
				}
			}
			if strings.Join(got, "; ") != tc.want {
				t.Errorf("got %s, want %s", strings.Join(got, "; "), tc.want)
			}
		})
	}
}

// TestSavedPassesOver warns once for each file that holds nothing of ours, and
// reads the others.
func TestSavedPassesOver(t *testing.T) {
	for name, text := range map[string]string{
		"instances":               `{"Reservations": [{"Instances": [{"InstanceId": "i-1", "SecurityGroups": [{"GroupId": "sg-9", "GroupName": "x"}]}]}]}`,
		"one instance":            `{"InstanceId": "i-1", "SecurityGroups": [{"GroupId": "sg-9", "GroupName": "x"}], "NetworkInterfaces": [{"NetworkInterfaceId": "eni-9", "Groups": []}]}`,
		"caller identity":         `{"UserId": "AIDA", "Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/x"}`,
		"mount target":            `{"SecurityGroups": ["sg-1"]}`,
		"prefix lists of AWS":     `{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.eu-west-1.s3", "Cidrs": ["3.5.0.0/19"]}]}`,
		"endpoints of OpenSearch": `{"VpcEndpoints": [{"VpcEndpointId": "aos-1", "DomainArn": "arn:aws:es:eu-west-1:123456789012:domain/x"}]}`,
		"a query of names":        `{"SecurityGroups": [{"GroupId": "sg-9", "GroupName": "x"}]}`,
		"a list of names":         `[{"GroupId": "sg-9", "GroupName": "x"}]`,
		"a list of texts":         `["sg-1", "sg-2"]`,
		"an empty list":           `[]`,
		"null":                    `{"SecurityGroups": null}`,
		"results of others":       `{"Results": ["{\"id\": 1}", "x"]}`,
		"recorded, others":        `{"configurationItems": [{"resourceType": "AWS::S3::Bucket", "resourceId": "b"}]}`,
		"empty":                   "",
		"blank":                   "\n\n",
		"text":                    "SECURITYGROUPS\tweb\tsg-1\n",
		"two documents":           `{"Buckets": []}` + "\n" + `{"Owner": {}}`,
		"beside ours":             oneGroup + `{"Buckets": []}`,
	} {
		t.Run(name, func(t *testing.T) {
			var warnings []string
			s, err := Saved(folder(t, map[string]string{"eu-west-1/g.json": oneGroup, "eu-west-1/i.json": oneInterface, "eu-west-1/x.json": text}),
				SavedOptions{Warn: func(text string) { warnings = append(warnings, text) }})
			if err != nil {
				t.Fatal(err)
			}
			if len(warnings) != 1 || !strings.Contains(warnings[0], "x.json: ") || !strings.Contains(warnings[0], "passed over") {
				t.Errorf("warnings: %q", warnings)
			}
			if r := s.Inventory.Regions[0]; len(s.Inventory.Regions) != 1 || len(r.Groups) != 1 || len(r.Interfaces) != 1 || r.Status() != "complete" {
				t.Errorf("%d regions; %s with %d groups and %d interfaces", len(s.Inventory.Regions), r.Status(), len(r.Groups), len(r.Interfaces))
			}
			alone := folder(t, map[string]string{"eu-west-1/x.json": text})
			if s, err := Saved(filepath.Join(alone, "eu-west-1", "x.json"), SavedOptions{}); name != "beside ours" && (err == nil || !strings.Contains(err.Error(), "x.json: ")) {
				t.Errorf("alone: %v, %v", s, err)
			}
		})
	}
}

// TestSavedWithoutMembers reads items of which a --query left out a list that
// EC2 always answers with: what it holds is unknown, never empty.
func TestSavedWithoutMembers(t *testing.T) {
	for name, tc := range map[string]struct{ from, to, want string }{
		"no ingress":    {`"IpPermissions": [{`, `"IpPermission": [{`, "1 of 1 security groups, sg-1 among them, were saved without IpPermissions: their ingress rules are unknown"},
		"ingress null":  {`"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]`, `"IpPermissions": null`, "without IpPermissions:"},
		"no egress":     {`, "IpPermissionsEgress": []`, "", "without IpPermissionsEgress: their egress rules are unknown"},
		"no groups":     {`"Groups": [{"GroupId": "sg-1"}]`, `"Status": "in-use"`, "1 of 1 network interfaces, eni-1 among them, were saved without Groups"},
		"all are there": {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Saved(folder(t, map[string]string{"g.json": strings.Replace(oneGroup, tc.from, tc.to, 1), "i.json": strings.Replace(oneInterface, tc.from, tc.to, 1)}), SavedOptions{})
			if err != nil {
				t.Fatal(err)
			}
			r, got := s.Inventory.Regions[0], ""
			for _, gap := range r.Gaps {
				got += gap.Message
			}
			if !strings.Contains(got, tc.want) || (r.Status() == "complete") != (tc.want == "") {
				t.Errorf("%s with %q, want %q", r.Status(), got, tc.want)
			}
			if name == "no groups" && r.Read.Has(inventory.PartInterfaces) {
				t.Error("interfaces without their groups count as read")
			}
		})
	}
}

// TestSavedHalves says which file a part lacks of which another is there.
func TestSavedHalves(t *testing.T) {
	var warnings []string
	s, err := Saved(folder(t, map[string]string{"g.json": oneGroup, "i.json": oneInterface, "l.json": `{"LoadBalancers": []}`}), SavedOptions{Warn: func(text string) { warnings = append(warnings, text) }})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Inventory.Regions[0]; r.Asked.Has(inventory.PartLoadBalancers) || len(warnings) != 1 || !strings.Contains(warnings[0], "LoadBalancerDescriptions") {
		t.Errorf("asked for %s; warned %q", r.Asked, warnings)
	}
}

// TestSavedTimes reads times in whatever form a program wrote them.
func TestSavedTimes(t *testing.T) {
	for _, form := range []string{
		`"2030-01-01T10:00:00.000Z"`, `"2030-01-01T10:00:00+00:00"`, `"2030-01-01 10:00:00+00:00"`, `"2030-01-01T10:00:00"`, `"2030-01-01"`,
		`1893492000`, `1893492000.442`, `"1893492000"`, `1.893492e9`, `""`, `null`, `{"$date": "2030-01-01T10:00:00Z"}`, `"yesterday"`,
	} {
		text := strings.Replace(oneInterface, `"VpcId"`, `"Attachment": {"AttachTime": `+form+`, "InstanceId": "i-1"}, "VpcId"`, 1)
		s, err := Saved(folder(t, map[string]string{"g.json": oneGroup, "i.json": text}), SavedOptions{})
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		if e := s.Inventory.Regions[0].Interfaces[0]; e.Instance != "i-1" || e.VPC != "vpc-1" {
			t.Errorf("%s: %+v", form, e)
		}
	}
	if _, err := Saved(folder(t, map[string]string{"i.json": strings.Replace(oneInterface, `"vpc-1"`, `5, "Attachment": {"AttachTime": 5}`, 1)}), SavedOptions{}); err == nil || !strings.Contains(err.Error(), "VpcId is a number") {
		t.Errorf("another mistake beside a time: %v", err)
	}
}

// TestSavedFaults are the mistakes of files, reported with their places.
func TestSavedFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing":         {map[string]string{"notes.txt": ""}, "holds no answer of the AWS CLI"},
		"no region":       {map[string]string{"g.json": bareGroup}, "nothing names its region: put the answers of each region into a folder ACCOUNT/REGION"},
		"no account":      {map[string]string{"us-east-1/i.json": `{"Vpcs": []}`}, "no answer names its account"},
		"two accounts":    {map[string]string{"us-east-1/a.json": bareGroup, "us-east-1/b.json": strings.ReplaceAll(bareGroup, "123456789012", "210987654321")}, "the answers are of the accounts"},
		"another region":  {map[string]string{"us-east-1/g.json": oneGroup}, "lies in a folder of us-east-1, but is of eu-west-1"},
		"cut off":         {map[string]string{"g.json": oneGroup[:60]}, "g.json: line 1, column 61: the file ends too early"},
		"damaged":         {map[string]string{"g.json": strings.Replace(oneGroup, `"VpcId":`, `"VpcId"`, 1)}, "g.json: line 1, column"},
		"another type":    {map[string]string{"g.json": strings.Replace(oneGroup, "22", `"x"`, 1)}, "in the list that begins in line 1: SecurityGroups.IpPermissions.FromPort is a string"},
		"the end missing": {map[string]string{"g.json": `{"SecurityGr`}, "g.json: it is JSON of which the end is missing, so the file is neither a snapshot of sgaudit"},
		"something else":  {map[string]string{"g.json": `{"Buckets": []}`}, "so the file is neither a snapshot of sgaudit nor an answer of the AWS CLI"},
		"a list":          {map[string]string{"g.json": `[]`}, "g.json: it holds nothing that is audited"},
		"a mixed list":    {map[string]string{"g.json": `{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": []},` + "\n" + `{"GroupName": "x"}]}`}, "line 1: SecurityGroups[1] has no GroupId"},
		"a mixed array":   {map[string]string{"g.json": `[{"GroupId": "sg-1", "IpPermissions": []},` + "\n" + `{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/8"}]`}, "line 2: item 1 of the list is not of the kind"},
		"cut off, bare":   {map[string]string{"g.json": `[{"GroupId": "sg-1", "IpPermissions": [`}, "g.json: line 1, column 40: the file ends too early"},
		"two regions":     {map[string]string{"g.json": oneGroup + strings.ReplaceAll(oneGroup, "eu-west-1", "eu-west-2")}, "the answers are of the regions eu-west-1, eu-west-2"},
		"half a UTF-16":   {map[string]string{"g.json": "\xff\xfe{\x00\""}, "g.json: the text is UTF-16 and ends in the middle of a character"},
		"entries of none": {map[string]string{"g.json": oneGroup, "e.json": `{"Entries": []}`}, "entries of a prefix list do not say which"},
		"config, broken":  {map[string]string{"c.json": `{"configurationItems": [{"resourceType": "AWS::EC2::VPC", "resourceId": "vpc-1", "awsRegion": "x", "configuration": {}}]}`}, "configuration item 0 (AWS::EC2::VPC vpc-1): the account"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Saved(folder(t, tc.files), SavedOptions{})
			if err == nil || s != nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
	if _, err := Saved(filepath.Join(t.TempDir(), "none"), SavedOptions{}); err == nil {
		t.Error("a folder that is not there was read")
	}
	for want, opts := range map[string]SavedOptions{"is of region eu-west-1, not of eu-west-2": {Region: "eu-west-2"}, "is of account 123456789012, not of 210987654321": {Account: "210987654321"}} {
		if _, err := Saved(folder(t, map[string]string{"g.json": oneGroup}), opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestSavedConfig reads what AWS Config delivers, in both of its forms.
func TestSavedConfig(t *testing.T) {
	item := func(kind, id, more, configuration string) string {
		return fmt.Sprintf(`{"resourceType": "AWS::EC2::%s", "resourceId": "%s", "awsAccountId": "123456789012", "awsRegion": "eu-west-1"%s, "configuration": %s}`, kind, id, more, configuration)
	}
	group := `{"groupId": "sg-1", "groupName": "web", "vpcId": "vpc-1", "ownerId": "123456789012", "description": "d", "tags": [{"key": "Team", "value": "web"}],
	  "ipPermissions": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": ["0.0.0.0/0"], "ipv4Ranges": [{"cidrIp": "0.0.0.0/0", "description": "why"}], "ipv6Ranges": [], "prefixListIds": [], "userIdGroupPairs": []}],
	  "ipPermissionsEgress": [{"ipProtocol": "-1", "ipRanges": ["10.0.0.0/8"], "userIdGroupPairs": [{"groupId": "sg-2", "userId": "123456789012"}]}]}`
	text := `{"fileVersion": "1.0", "configSnapshotId": "x", "configurationItems": [` + strings.Join([]string{
		item("SecurityGroup", "sg-1", `, "configurationItemCaptureTime": "2030-01-02T00:00:00Z"`, group),
		item("SecurityGroup", "sg-1", `, "configurationItemCaptureTime": "2030-01-01T00:00:00Z"`, `{"groupId": "sg-1", "groupName": "older"}`),
		item("SecurityGroup", "sg-9", `, "configurationItemStatus": "ResourceDeleted"`, `{"groupId": "sg-9"}`),
		item("NetworkInterface", "eni-1", "", fmt.Sprintf("%q", `{"networkInterfaceId": "eni-1", "vpcId": "vpc-1", "ownerId": "123456789012", "status": "in-use", "sourceDestCheck": true, "groups": [{"groupId": "sg-1"}], "privateIpAddresses": [{"privateIpAddress": "10.0.0.1", "association": {"publicIp": "198.51.100.1"}}], "ipv4Prefixes": [{"ipv4Prefix": "10.0.0.16/28"}], "ipv6Prefixes": [{"ipv6Prefix": "2600:1f18:0:1:2::/80"}]}`)),
		item("VPC", "vpc-1", "", `{"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/16", "ownerId": "123456789012", "isDefault": false}`),
		item("Instance", "i-1", "", `{"instanceId": "i-1"}`),
	}, ",") + "]}"
	s, err := Saved(folder(t, map[string]string{"snapshot.json": text}), SavedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := s.Inventory.Regions[0]
	everyone, ten := netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("10.0.0.0/8")
	want := &inventory.Region{
		AccountID: "123456789012", Partition: "aws", Name: "eu-west-1",
		Read: inventory.PartGroups | inventory.PartInterfaces | inventory.PartVPCs, Asked: inventory.PartGroups | inventory.PartInterfaces | inventory.PartVPCs,
		Groups: []inventory.Group{{
			ID: "sg-1", Name: "web", VPC: "vpc-1", Owner: "123456789012", Description: "d", Tags: []inventory.Tag{{Key: "Team", Value: "web"}},
			Rules: []inventory.Rule{
				{Traffic: inventory.Ports(inventory.TCP, 22, 22), Peer: inventory.PrefixPeer(everyone), Description: "why"},
				{Direction: inventory.Egress, Traffic: inventory.All, Peer: inventory.PrefixPeer(ten)},
				{Direction: inventory.Egress, Traffic: inventory.All, Peer: inventory.Peer{Group: &inventory.GroupRef{ID: "sg-2", Account: "123456789012"}}},
			},
		}},
		Interfaces: []inventory.Interface{{
			ID: "eni-1", VPC: "vpc-1", Account: "123456789012", Status: "in-use", Groups: []string{"sg-1"},
			Addresses: []inventory.Address{{Private: netip.MustParseAddr("10.0.0.1"), Public: netip.MustParseAddr("198.51.100.1")}},
			Delegated: []netip.Prefix{netip.MustParsePrefix("10.0.0.16/28"), netip.MustParsePrefix("2600:1f18:0:1:2::/80")},
		}},
		VPCs: []inventory.VPC{{ID: "vpc-1", Owner: "123456789012", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/16")}}},
	}
	if diff := cmp.Diff(want, r, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); diff != "" {
		t.Error(diff)
	}
}

// TestSavedConfigForms reads every form in which AWS Config describes resources.
func TestSavedConfigForms(t *testing.T) {
	group := func(name string) string {
		return `{"groupId": "sg-1", "groupName": "` + name + `", "ipPermissions": [], "ipPermissionsEgress": []}`
	}
	item := func(captured, status, configuration string) string {
		return fmt.Sprintf(`{"version": "1.3", "accountId": "123456789012", "awsRegion": "eu-west-1", "resourceType": "AWS::EC2::SecurityGroup", "resourceId": "sg-1", "configurationItemCaptureTime": %s, "configurationItemStatus": %q, "configuration": %s}`, captured, status, configuration)
	}
	quoted := func(text string) string { return fmt.Sprintf("%q", text) }
	vpc := `{"accountId": "123456789012", "awsRegion": "eu-west-1", "resourceType": "AWS::EC2::VPC", "resourceId": "vpc-1", "configuration": {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/16"}}`
	for name, tc := range map[string]struct{ text, want string }{
		"history":          {`{"configurationItems": [` + item("1893492000.442", "OK", quoted(group("new"))) + "," + item("1893405600", "OK", quoted(group("old"))) + `]}`, "new"},
		"oldest first":     {`{"configurationItems": [` + item("1893405600", "OK", quoted(group("old"))) + "," + item("1893492000.442", "OK", quoted(group("new"))) + `]}`, "new"},
		"of other zones":   {`{"configurationItems": [` + item(`"2030-01-01T10:30:00+00:00"`, "OK", group("new")) + "," + item(`"2030-01-01T11:00:00+01:00"`, "OK", group("old")) + `]}`, "new"},
		"deleted since":    {`{"configurationItems": [` + item("1893492000", "ResourceDeleted", "null") + "," + item("1893405600", "OK", quoted(group("old"))) + "," + vpc + `]}`, ""},
		"made again":       {`{"configurationItems": [` + item("1893492000", "ResourceDiscovered", group("new")) + "," + item("1893405600", "ResourceDeleted", "null") + `]}`, "new"},
		"without times":    {`{"configurationItems": [` + item("null", "OK", group("new")) + "," + item("null", "OK", group("old")) + `]}`, "new"},
		"batch":            {`{"baseConfigurationItems": [` + item("1893492000.442", "OK", quoted(group("new"))) + `], "unprocessedResourceKeys": []}`, "new"},
		"batch, aggregate": {`{"BaseConfigurationItems": [` + item("1893492000.442", "OK", quoted(group("new"))) + `]}`, "new"},
		"query":            {`{"Results": [` + quoted(item("1893492000.442", "OK", group("new"))) + `], "QueryInfo": {}}`, "new"},
		"notification":     {`{"messageType": "ConfigurationItemChangeNotification", "configurationItem": ` + item(`"2030-01-01T10:00:00.442Z"`, "OK", group("new")) + `}`, "new"},
		"as Python writes": {`{"configurationItems": [` + item(`"2030-01-01 10:00:00.442000+00:00"`, "OK", group("new")) + "," + item(`"2029-01-01 10:00:00+00:00"`, "OK", group("old")) + `]}`, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Saved(folder(t, map[string]string{"c.json": tc.text}), SavedOptions{})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, g := range s.Inventory.Regions[0].Groups {
				got += g.Name
			}
			if r := s.Inventory.Regions[0]; got != tc.want || r.AccountID != "123456789012" || r.Name != "eu-west-1" {
				t.Errorf("groups %q of %s %s, want %q", got, r.AccountID, r.Name, tc.want)
			}
		})
	}
	row := `{"Results": [` + quoted(`{"resourceType": "AWS::EC2::SecurityGroup", "resourceId": "sg-1", "configuration": `+group("new")+`}`) + `]}`
	s, err := Saved(folder(t, map[string]string{"q.json": row}), SavedOptions{Account: "210987654321", Region: "eu-west-3"})
	if err != nil || s.Inventory.Regions[0].AccountID != "210987654321" || s.Inventory.Regions[0].Name != "eu-west-3" {
		t.Errorf("a query that selects neither account nor region: %v", err)
	}
	row = `{"Results": [` + quoted(`{"resourceType": "AWS::EC2::SecurityGroup", "resourceId": "sg-1"}`) + `]}`
	if _, err := Saved(folder(t, map[string]string{"q.json": row}), SavedOptions{}); err == nil || !strings.Contains(err.Error(), "it has no configuration: a query has to select") {
		t.Errorf("a query that selects no configuration: %v", err)
	}
}

func FuzzSaved(f *testing.F) {
	f.Add([]byte(oneGroup))
	f.Add([]byte(oneInterface + bareGroup))
	f.Add([]byte(`[{"GroupId": "sg-1", "IpPermissions": []}]{"NetworkInterfaceId": "eni-1", "Groups": [], "Attachment": {"AttachTime": 5}}`))
	f.Add([]byte(`{"Results": ["{\"resourceType\": \"AWS::EC2::VPC\", \"configuration\": {\"vpcId\": \"vpc-1\"}}"]}`))
	f.Add([]byte(`{"configurationItems": [{"resourceType": "AWS::EC2::SecurityGroup", "resourceId": "sg-1", "awsAccountId": "123456789012", "awsRegion": "eu-west-1", "configuration": "{\"ipPermissions\": [{\"ipRanges\": [\"10.0.0.0/8\"]}]}"}]}`))
	f.Add([]byte(`{"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}, "NextToken": "x"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := SavedText("pl-1.json", text, time.Time{}, SavedOptions{Account: "123456789012", Region: "eu-west-1"})
		if (err == nil) == (s == nil) || err != nil && err.Error() == "" {
			t.Fatalf("%v with the error %v", s, err)
		}
	})
}
