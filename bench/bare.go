package main

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// bareVariable carries the endpoint to the process that runs the bare loop.
const bareVariable = "SGAUDIT_BENCH_BARE"

// bare reads the groups and the interfaces of every region with the SDK's own
// paginators, all regions and both lists side by side, and keeps nothing: what
// anybody would write who only wants the pages.
func bare(ctx context.Context, url string) error {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"))
	if err != nil {
		return err
	}
	client := func(region string) *ec2.Client {
		return ec2.NewFromConfig(cfg, func(o *ec2.Options) { o.Region, o.BaseEndpoint = region, &url })
	}
	regions, err := client("us-east-1").DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	var first error
	failed := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if first == nil {
			first = err
		}
	}
	for i := range regions.Regions {
		c := client(aws.ToString(regions.Regions[i].RegionName))
		group.Go(func() {
			pages := ec2.NewDescribeSecurityGroupsPaginator(c, &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(1000)})
			for pages.HasMorePages() {
				if _, err := pages.NextPage(ctx); err != nil {
					failed(err)
					return
				}
			}
		})
		group.Go(func() {
			pages := ec2.NewDescribeNetworkInterfacesPaginator(c, &ec2.DescribeNetworkInterfacesInput{MaxResults: aws.Int32(1000), IncludeManagedResources: aws.Bool(true)})
			for pages.HasMorePages() {
				if _, err := pages.NextPage(ctx); err != nil {
					failed(err)
					return
				}
			}
		})
	}
	group.Wait()
	return first
}
