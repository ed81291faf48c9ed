package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/sync/errgroup"
)

// bareVariable gives the address of the endpoint to the process that runs
// the bare loop.
const bareVariable = "SGAUDIT_BENCH_BARE"

// bareLoop reads the groups and the interfaces of every region with the SDK's
// own paginators, all regions and both lists side by side, and keeps nothing:
// what anybody would write who only wants the pages.
func bareLoop(ctx context.Context, url string) error {
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
	lists, ctx := errgroup.WithContext(ctx)
	for i := range regions.Regions {
		c := client(aws.ToString(regions.Regions[i].RegionName))
		lists.Go(func() error {
			pages := ec2.NewDescribeSecurityGroupsPaginator(c, &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(1000)})
			return drain(ctx, pages.HasMorePages, pages.NextPage)
		})
		lists.Go(func() error {
			pages := ec2.NewDescribeNetworkInterfacesPaginator(c, &ec2.DescribeNetworkInterfacesInput{MaxResults: aws.Int32(1000), IncludeManagedResources: aws.Bool(true)})
			return drain(ctx, pages.HasMorePages, pages.NextPage)
		})
	}
	return lists.Wait()
}

func drain[Page any](ctx context.Context, more func() bool, next func(context.Context, ...func(*ec2.Options)) (Page, error)) error {
	for more() {
		if _, err := next(ctx); err != nil {
			return err
		}
	}
	return nil
}
