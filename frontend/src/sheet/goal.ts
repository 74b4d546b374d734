/** A value to measure places by: one that the plan asks of the whole, or a threshold that it counts places over. */
export interface Goal {
  value: number;
  text: string;
  whole: boolean;
}
