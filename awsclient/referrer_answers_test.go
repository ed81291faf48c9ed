package awsclient

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
)

// roundTripper answers requests in the place of a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) Do(r *http.Request) (*http.Response, error) { return f(r) }

// readKind reads one kind of the table with answers of a test's own, and returns the
// region, the gaps of which are those of what was not understood, and the error.
func readKind(service, kind string, opts Options, do roundTripper) (*inventory.Region, error) {
	opts.RetryDelay = time.Millisecond
	opts.setDefaults()
	c := &Client{opts: opts, config: aws.Config{
		Credentials: credentials.NewStaticCredentialsProvider("AKIADEMODEMODEMODEMO", "demo", ""), HTTPClient: do, APIOptions: clientOptions,
	}}
	region := &inventory.Region{Name: "eu-west-1"}
	r := &reader{client: c, config: c.regionConfig(region.Name, maxAttempts), region: region}
	s := inventory.ReferrerServiceOf(service)
	i := slices.IndexFunc(s.Kinds, func(k inventory.ReferrerKind) bool { return k.Kind == kind })
	err := (&referrerChain{r, &pager{limit: rate.NewLimiter(rate.Inf, 1)}, s, &s.Kinds[i]}).step(context.Background(), 0, [][]string{nil})
	r.writeGaps()
	region.Normalize()
	return region, err
}

// answerBy gives each action its answers, the last one again and again. One that
// begins with a word and a colon is an error of AWS with that code.
func answerBy(byAction map[string][]string, asked *[]string) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		body := ""
		if r.Body != nil {
			text, _ := io.ReadAll(r.Body)
			body = string(text)
		}
		switch {
		case strings.HasPrefix(body, "Action="):
			action, _, _ = strings.Cut(strings.TrimPrefix(body, "Action="), "&")
		case action == "":
			action = r.Method + " " + r.URL.Path
		}
		*asked = append(*asked, action)
		list := byAction[action]
		if len(list) == 0 {
			return nil, fmt.Errorf("no answer to %s", action)
		}
		if len(list) > 1 {
			byAction[action] = list[1:]
		}
		response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(list[0]))}
		if code, isError := strings.CutSuffix(list[0], ":"); isError {
			response.StatusCode = http.StatusBadRequest
			response.Body = io.NopCloser(strings.NewReader(`{"__type":"` + code + `"}`))
		}
		return response, nil
	}
}

const oneService = `{"serviceName":"a","serviceArn":"arn:a","networkConfiguration":{"awsvpcConfiguration":{"securityGroups":["sg-1"]}}}`

// What a service answers is taken, or said to be what it is.
func TestReferrerAnswers(t *testing.T) {
	clusters, services := []string{`{"clusterArns":["arn:c"]}`}, []string{`{"serviceArns":["arn:a"]}`}
	for name, tc := range map[string]struct {
		service, kind string
		answers       map[string][]string
		read          string // groups of what is read
		gap           string // empty: there is none
		err           string // the same
	}{
		"as it should be": {
			"ecs", "service", map[string][]string{"ListClusters": clusters, "ListServices": services, "DescribeServices": {`{"services":[` + oneService + `]}`}}, "[sg-1]", "", "",
		},
		"groups of a deployment": {
			"ecs", "service", map[string][]string{"ListClusters": clusters, "ListServices": services, "DescribeServices": {
				`{"services":[{"serviceName":"a","serviceArn":"arn:a","deployments":[{"networkConfiguration":{"awsvpcConfiguration":{"securityGroups":["sg-2"]}}}]}]}`,
			}}, "[sg-2]", "", "",
		},
		"fewer than were asked for": {
			"ecs", "service",
			map[string][]string{"ListClusters": clusters, "ListServices": {`{"serviceArns":["arn:a","arn:b"]}`}, "DescribeServices": {`{"services":[` + oneService + `]}`}},
			"[sg-1]", `the answer to DescribeServices does not have "arn:b", which was asked for`, "",
		},
		"one that is gone": {
			"ecs", "service", map[string][]string{"ListClusters": clusters, "ListServices": {`{"serviceArns":["arn:a","arn:b"]}`}, "DescribeServices": {
				`{"services":[` + oneService + `],"failures":[{"arn":"arn:b","reason":"MISSING"}]}`,
			}}, "[sg-1]", "", "",
		},
		"a cluster that is gone": {
			"ecs", "service", map[string][]string{
				"ListClusters": {`{"clusterArns":["arn:c","arn:d"]}`}, "ListServices": {"ClusterNotFoundException:", `{"serviceArns":["arn:a"]}`}, "DescribeServices": {`{"services":[` + oneService + `]}`},
			}, "[sg-1]", "", "",
		},
		"another error": {
			"ecs", "service", map[string][]string{"ListClusters": clusters, "ListServices": {"InvalidParameterException:"}}, "", "", "InvalidParameterException",
		},
		"a group that is none": {
			"ecs", "service", map[string][]string{"ListClusters": clusters, "ListServices": services, "DescribeServices": {
				strings.Replace(`{"services":[`+oneService+`]}`, `"sg-1"`, `"sg-1","sg-2; rm","default"`, 1),
			}}, "[sg-1]", `ECS service a (arn:a) has the security group "default", which is not an id of one`, "",
		},
		"a text for a list": {
			"ecs", "service", map[string][]string{"ListClusters": clusters, "ListServices": services, "DescribeServices": {
				strings.Replace(`{"services":[`+oneService+`]}`, `["sg-1"]`, `"sg-1"`, 1),
			}}, "", "", "DescribeServices: securityGroups: it is not a list",
		},
		"a list for a text": {
			"glue", "connection",
			map[string][]string{"GetConnections": {`{"ConnectionList":[{"Name":["a"],"PhysicalConnectionRequirements":{"SecurityGroupIdList":["sg-1"]}}]}`}},
			"", "", "GetConnections: Name: it is not a text",
		},
		"without a name": {
			"glue", "connection",
			map[string][]string{"GetConnections": {`{"ConnectionList":[{"PhysicalConnectionRequirements":{"SecurityGroupIdList":["sg-1"]}}]}`}},
			"", "Glue connection has no name", "",
		},
		"a VPC that is none": {
			"workspaces", "directory",
			map[string][]string{"DescribeWorkspaceDirectories": {`{"Directories":[{"DirectoryId":"d-1","WorkspaceSecurityGroupId":"sg-1","WorkspaceCreationProperties":{"CustomSecurityGroupId":"sg-2"}}]}`}},
			"[sg-1 sg-2]", "", "",
		},
		"schedules that start no task": {
			"scheduler", "schedule", map[string][]string{"GET /schedules": {`{"Schedules":[{"Name":"a","GroupName":"g","Target":{"Arn":"arn:aws:lambda:x"}}]}`}}, "", "", "",
		},
		"a name that is a path": {
			"scheduler", "schedule",
			map[string][]string{"GET /schedules": {`{"Schedules":[{"Name":"..","GroupName":"g","Target":{"Arn":"arn:aws:ecs:x"}}]}`}},
			"", "an item of ListSchedules has no Name", "",
		},
		"another schedule": {
			"scheduler", "schedule", map[string][]string{
				"GET /schedules": {`{"Schedules":[{"Name":"a","GroupName":"g"}]}`}, "GET /schedules/a": {`{"Name":"b","Target":{}}`},
			}, "", `the answer to GetSchedule does not have "a", which was asked for`, "",
		},
		"XML": {
			"redshift", "cluster",
			map[string][]string{"DescribeClusters": {xmlClusters(`<Cluster><ClusterIdentifier>a</ClusterIdentifier><VpcId>vpc-1</VpcId><VpcSecurityGroups><VpcSecurityGroup><VpcSecurityGroupId>sg-1</VpcSecurityGroupId></VpcSecurityGroup></VpcSecurityGroups></Cluster>`)}},
			"[sg-1]", "", "",
		},
		"XML with another item": {
			"redshift", "cluster", map[string][]string{"DescribeClusters": {xmlClusters(`<member/>`)}}, "", "", "DescribeClusters: Clusters: it has <member> among its <Cluster>",
		},
		"XML without a result": {
			"redshift", "cluster", map[string][]string{"DescribeClusters": {strings.ReplaceAll(xmlClusters(""), "DescribeClustersResult", "Other")}}, "", "", "the body has no <DescribeClustersResult>",
		},
		"the same page again": {
			"glue", "connection", map[string][]string{"GetConnections": {`{"ConnectionList":[],"NextToken":"a"}`}}, "", "", "repeated page token",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			region, err := readKind(tc.service, tc.kind, Options{}, answerBy(tc.answers, &asked))
			read := ""
			for _, x := range region.Referrers {
				read += fmt.Sprint(x.Groups)
			}
			if read != tc.read {
				t.Errorf("read %q, want %q (%v)", read, tc.read, asked)
			}
			if (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error %v, want %q", err, tc.err)
			}
			if (len(region.Gaps) == 0) != (tc.gap == "") || len(region.Gaps) > 0 && !strings.Contains(region.Gaps[0].Message, tc.gap) {
				t.Errorf("gaps %+v, want %q", region.Gaps, tc.gap)
			}
		})
	}
}

func xmlClusters(items string) string {
	return `<DescribeClustersResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><DescribeClustersResult><Clusters>` + items + `</Clusters></DescribeClustersResult></DescribeClustersResponse>`
}

// A service has so many items described in one call as its table says, and no more.
func TestReferrerBatches(t *testing.T) {
	var names, described []string
	for i := range 25 {
		names = append(names, fmt.Sprintf(`"arn:%02d"`, i))
		described = append(described, strings.NewReplacer(`arn:a`, fmt.Sprintf("arn:%02d", i), `:"a"`, fmt.Sprintf(`:"%02d"`, i)).Replace(oneService))
	}
	pages := []string{}
	for i := 0; i < 25; i += 10 {
		pages = append(pages, `{"services":[`+strings.Join(described[i:min(i+10, 25)], ",")+`]}`)
	}
	var asked []string
	region, err := readKind("ecs", "service", Options{}, answerBy(map[string][]string{
		"ListClusters": {`{"clusterArns":["arn:c"]}`}, "ListServices": {`{"serviceArns":[` + strings.Join(names, ",") + `]}`}, "DescribeServices": pages,
	}, &asked))
	if want := []string{"ListClusters", "ListServices", "DescribeServices", "DescribeServices", "DescribeServices"}; err != nil || !slices.Equal(asked, want) || len(region.Referrers) != 25 || len(region.Gaps) > 0 {
		t.Errorf("%d services by %v: %v, %+v", len(region.Referrers), asked, err, region.Gaps)
	}
}

// Calls for single resources are bounded, and what is not read then is a gap.
func TestManyReferrers(t *testing.T) {
	var names []string
	for i := range mostDescribed + 3 {
		names = append(names, fmt.Sprintf(`{"ModelName":"m%04d"}`, i))
	}
	described, list := 0, `{"Models":[`+strings.Join(names, ",")+`]}`
	region, err := readKind("sagemaker", "model", Options{}, func(r *http.Request) (*http.Response, error) {
		body := list
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "DescribeModel") {
			text, _ := io.ReadAll(r.Body)
			body = strings.Replace(string(text), "}", `,"VpcConfig":{"SecurityGroupIds":["sg-1"]}}`, 1)
			described++
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(body))}, nil
	})
	if err != nil || described != mostDescribed || len(region.Referrers) != mostDescribed {
		t.Errorf("%d described, %d read, %v", described, len(region.Referrers), err)
	}
	if want := "DescribeModel would be called for each of 503 resources"; len(region.Gaps) != 1 || !strings.HasPrefix(region.Gaps[0].Message, want) {
		t.Errorf("gaps: %+v", region.Gaps)
	}
}

// A service without an endpoint in the region has nothing there. Where its name in
// another region is not known either, the names say nothing.
func TestServiceThatIsNotInTheRegion(t *testing.T) {
	unknown := func(r *http.Request) (*http.Response, error) {
		if want := "apprunner.eu-west-1.amazonaws.com"; r.URL.Host != want || r.URL.Scheme != "https" {
			t.Errorf("asked %s, want %s", r.URL, want)
		}
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}
	}
	for _, there := range []bool{true, false} {
		lookups := 0
		_, err := readKind("apprunner", "vpc-connector", Options{lookupHost: func(_ context.Context, host string) ([]string, error) {
			lookups++
			if host != "apprunner.us-east-1.amazonaws.com" {
				t.Errorf("looked up %s", host)
			}
			if !there {
				return nil, &net.DNSError{IsNotFound: true}
			}
			return []string{"192.0.2.1"}, nil
		}}, unknown)
		if (err == nil) != there || lookups != 1 {
			t.Errorf("known elsewhere: %v; %d look-ups, %v", there, lookups, err)
		}
	}
	elsewhere := Options{EndpointURL: "https://apprunner.eu-west-1.amazonaws.com", lookupHost: func(context.Context, string) ([]string, error) {
		t.Error("looked up a name beside the endpoint that was given")
		return []string{"192.0.2.1"}, nil
	}}
	if _, err := readKind("apprunner", "vpc-connector", elsewhere, unknown); err == nil {
		t.Error("an endpoint that was given and does not exist is no gap")
	}
}
