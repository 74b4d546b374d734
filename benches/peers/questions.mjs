// The six questions in the form of each side, with variables that differ from request to request, and what an answer
// must hold: rows are counted and sums taken on both sides before anything is timed.

const page = `regions(filter: {kind: [COUNTY]}`;

/** Numbers that are the same on every machine (mulberry32). */
export function drawing(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const sum = (list, number) => list.reduce((all, one) => all + Number(number(one)), 0);
const round = (value) => Math.round(value * 100) / 100;
const points = (geometry) => geometry.coordinates.flat(Infinity).length / 2;

/**
 * What both sides are asked. `draw(world, random)` makes what differs between two requests; `peer` and `ours` turn it
 * into variables, and an answer into the numbers that must agree.
 */
export const questions = {
  Q1: {
    title: "layout map",
    draw: (world, random) => ({ indicator: world.indicators[Math.floor(random() * world.indicators.length)] }),
    peer: {
      text: `query LayoutMap($indicator: Int!) {
        counties { nodes { code name boundary
          layoutMembers { nodes { role element { code name } } }
          place { observations(condition: {indicatorId: $indicator}, orderBy: [PERIOD_DESC], first: 1) {
            nodes { period value } } } } } }`,
      variables: (drawn) => ({ indicator: drawn.indicator.id }),
      holds: ({ counties: { nodes } }) => [
        nodes.length,
        sum(nodes, (one) => points(one.boundary)),
        sum(nodes, (one) => one.layoutMembers.nodes.length),
        round(sum(nodes, (one) => one.place.observations.nodes[0].value)),
      ],
    },
    ours: {
      text: `query LayoutMap($indicator: String!, $plan: String!) {
        ${page}, first: 5000) { nodes { code name footprint { geometry { geojson } }
          latest(indicator: $indicator) { period { code } quantity { value } } } }
        layout(plan: $plan) { code name members { role place { code } } } }`,
      variables: (drawn, world) => ({ indicator: drawn.indicator.code, plan: world.plan }),
      holds: ({ regions: { nodes }, layout }) => [
        nodes.length,
        sum(nodes, (one) => points(one.footprint.geometry.geojson)),
        sum(layout, (one) => one.members.length),
        round(sum(nodes, (one) => one.latest.quantity.value)),
      ],
    },
  },
  Q2: {
    title: "zone profile",
    draw: (world, random) => ({ zone: Math.floor(random() * world.zones) }),
    peer: {
      text: `query ZoneProfile($id: Int!) {
        zone(rowId: $id) { code name level boundary county { code name }
          place {
            a: observations(condition: {indicatorId: 1}, orderBy: [PERIOD_DESC], first: 12) { nodes { period value } }
            b: observations(condition: {indicatorId: 2}, orderBy: [PERIOD_DESC], first: 12) { nodes { period value } }
            c: observations(condition: {indicatorId: 3}, orderBy: [PERIOD_DESC], first: 12) { nodes { period value } } }
          projects(orderBy: [INVESTMENT_DESC], first: 20) { nodes { code name stage investment lon lat } } } }`,
      variables: (drawn) => ({ id: drawn.zone + 1 }),
      holds: ({ zone: { code, boundary, county, place, projects } }) => [
        code,
        county.code,
        points(boundary),
        ...["a", "b", "c"].map((name) => place[name].nodes.length),
        round(sum(["a", "b", "c"].flatMap((name) => place[name].nodes), (one) => one.value)),
        projects.nodes.length,
        round(sum(projects.nodes, (one) => one.investment)),
      ],
    },
    ours: {
      text: `query ZoneProfile($code: String!, $indicators: [String!], $from: PeriodCode) {
        zone(code: $code) { code name level footprint { geometry { geojson } } host { code name }
          series(indicators: $indicators, periods: {from: $from}) { nodes {
            indicator { code } points { period { code } quantity { value } } } }
          projects(orderBy: [{investment: DESC}], first: 20) { nodes {
            code name stage investment { value } location { lon lat } } } } }`,
      variables: (drawn, world) => ({
        code: world.zone(drawn.zone),
        indicators: world.indicators.slice(0, 3).map((one) => one.code),
        from: world.from,
      }),
      holds: ({ zone: { code, footprint, host, series, projects } }) => [
        code,
        host[0].code,
        points(footprint.geometry.geojson),
        ...series.nodes.map((one) => one.points.length),
        round(sum(series.nodes.flatMap((one) => one.points), (one) => one.quantity.value)),
        projects.nodes.length,
        round(sum(projects.nodes, (one) => one.investment.value)),
      ],
    },
  },
  Q3: {
    title: "all tasks",
    draw: () => ({}),
    peer: {
      text: `query Tasks {
        tasks { nodes { number title responsibility group { name }
          taskUnits { nodes { role unit { code name } } }
          targets { nodes { code value milestones(orderBy: [YEAR_ASC]) { nodes { year value } } } } } } }`,
      variables: () => ({}),
      holds: ({ tasks: { nodes } }) => [
        nodes.length,
        sum(nodes, (one) => one.taskUnits.nodes.length),
        sum(nodes.flatMap((one) => one.targets.nodes), (one) => one.value),
        sum(nodes.flatMap((one) => one.targets.nodes).flatMap((one) => one.milestones.nodes), (one) => one.value),
      ],
    },
    ours: {
      text: `query Tasks($plan: String!) {
        plan(code: $plan) { tasks(first: 500) { nodes { number title responsibilityAsWritten group { name }
          units { edges { role node { code name } } }
          targets { code quantity { value } milestones { period { code } quantity { value } } } } } } }`,
      variables: (_, world) => ({ plan: world.plan }),
      holds: ({ plan: { tasks } }) => [
        tasks.nodes.length,
        sum(tasks.nodes, (one) => one.units.edges.length),
        sum(tasks.nodes.flatMap((one) => one.targets), (one) => one.quantity.value),
        sum(tasks.nodes.flatMap((one) => one.targets).flatMap((one) => one.milestones), (one) => one.quantity.value),
      ],
    },
  },
  Q4: {
    title: "project search",
    draw: (world, random) => {
      const [west, south, east, north] = world.bounds;
      const [wide, high] = world.window;
      const at = [west + random() * (east - west - wide), south + random() * (north - south - high)];
      const stages = ["SIGNED", "LANDED", "STARTED", "BUILDING", "IN_PRODUCTION", "STOPPED"];
      return {
        stage: stages[Math.floor(random() * stages.length)],
        least: 1000 + Math.floor(random() * 8000),
        box: [at[0], at[1], at[0] + wide, at[1] + high].map((degrees) => Number(degrees.toFixed(4))),
      };
    },
    peer: {
      text: `query Search($stage: String!, $least: Float!, $w: Float!, $s: Float!, $e: Float!, $n: Float!) {
        projectsWithin(stage: $stage, atLeast: $least, west: $w, south: $s, east: $e, north: $n, first: 50) {
          totalCount nodes { code name stage investment lon lat zone { code name } } } }`,
      variables: ({ stage, least, box: [w, s, e, n] }) => ({ stage, least, w, s, e, n }),
      holds: ({ projectsWithin: { totalCount, nodes } }) => [
        totalCount,
        nodes.length,
        nodes[0]?.code ?? "",
        round(sum(nodes, (one) => one.investment)),
      ],
    },
    ours: {
      text: `query Search($stage: ProjectStage!, $least: Decimal!, $box: BBoxInput!) {
        projects(filter: {stage: [$stage], investment: {gte: $least, unit: "CNY-1e4"}, space: {within: {bbox: $box}}},
          orderBy: [{investment: DESC}], first: 50) {
          totalCount nodes { code name stage investment { value } location { lon lat } zone { code name } } } }`,
      variables: ({ stage, least, box: [west, south, east, north] }) => ({
        stage,
        least: String(least),
        box: { west, south, east, north },
      }),
      holds: ({ projects: { totalCount, nodes } }) => [
        totalCount,
        nodes.length,
        nodes[0]?.code ?? "",
        round(sum(nodes, (one) => one.investment.value)),
      ],
    },
  },
  Q5: {
    title: "by zone and stage",
    draw: () => ({}),
    peer: {
      text: `query Groups { zoneStages { nodes { zoneId stage projects investment } } }`,
      variables: () => ({}),
      holds: ({ zoneStages: { nodes } }) => [
        nodes.length,
        sum(nodes, (one) => one.projects),
        Math.round(sum(nodes, (one) => one.investment)),
      ],
    },
    ours: {
      text: `query Groups { projects { groups(by: [ZONE, STAGE]) { key count investment { value(unit: "CNY-1e4") } } } }`,
      variables: () => ({}),
      holds: ({ projects: { groups } }) => [
        groups.length,
        sum(groups, (one) => one.count),
        Math.round(sum(groups, (one) => one.investment.value)),
      ],
    },
  },
  Q6: {
    title: "counties, zones, projects, enterprises",
    // From one of the first counties on, so that ten follow.
    draw: (world, random) => ({ after: Math.floor(random() * Math.max(1, world.counties - 10)) - 1 }),
    peer: {
      text: `query Nested($after: Cursor) {
        counties(first: 10, after: $after) { nodes { code name zones { nodes { code name
          projects(first: 5) { nodes { code name investment cluster { code name } } }
          enterprises(first: 5) { nodes { code name chain { code name } } } } } } } }`,
      variables: ({ after }, world) => ({ after: world.cursors.peer[after] ?? null }),
      holds: ({ counties: { nodes } }) => {
        const zones = nodes.flatMap((one) => one.zones.nodes);
        const projects = zones.flatMap((one) => one.projects.nodes);
        const enterprises = zones.flatMap((one) => one.enterprises.nodes);
        return nested(nodes, zones, projects, enterprises, (one) => one.investment);
      },
    },
    ours: {
      text: `query Nested($after: String) {
        ${page}, first: 10, after: $after) { nodes { code name zones { code name
          projects(first: 5) { nodes { code name investment { value } cluster { code name } } }
          enterprises(first: 5) { nodes { code name chain { code name } } } } } } }`,
      variables: ({ after }, world) => ({ after: world.cursors.ours[after] ?? null }),
      holds: ({ regions: { nodes } }) => {
        const zones = nodes.flatMap((one) => one.zones);
        const projects = zones.flatMap((one) => one.projects.nodes);
        const enterprises = zones.flatMap((one) => one.enterprises.nodes);
        return nested(nodes, zones, projects, enterprises, (one) => one.investment.value);
      },
    },
  },
};

function nested(counties, zones, projects, enterprises, investment) {
  const codes = (list) => list.map((one) => one.code).join(" ");
  return [
    codes(counties),
    zones.length,
    codes(projects),
    codes(enterprises),
    round(sum(projects, investment)),
    codes(projects.map((one) => one.cluster)),
    codes(enterprises.map((one) => one.chain)),
  ];
}
